using System.Text;
using Ingest.Cli.Plan.Files;

namespace Ingest.Cli.Tests.Plan;

public class JsonEditTests
{
    [Theory]
    [InlineData("""{ "a": 1 }""", "a", "2", """{ "a": 2 }""")]
    [InlineData("""{ "a": { "b": [1, 2], "c": 3 }, }""", "a/b", "[]", """{ "a": { "b": [], "c": 3 }, }""")]
    [InlineData("""{ "a": 1 }""", "b", "2", """{ "a": 1, "b": 2 }""")]
    [InlineData("""{}""", "b", "2", """{ "b": 2 }""")]
    [InlineData("""{ "a": {} }""", "a/b/c", "2", """{ "a": { "b": { "c": 2 } } }""")]
    [InlineData("{\n  // why\n  \"a\": \"ü\",\n  \"b\": 2 // so\n}\n", "b", "3", "{\n  // why\n  \"a\": \"ü\",\n  \"b\": 3 // so\n}\n")]
    [InlineData("{\n    \"a\": [\n      1\n    ]\n}", "b/c", "3", "{\n    \"a\": [\n      1\n    ],\n    \"b\": { \"c\": 3 }\n}")]
    [InlineData("\uFEFF{ \"a\": 1 }", "a", "2", "\uFEFF{ \"a\": 2 }")]
    public void A_value_is_set_and_all_else_stays_as_it_is(string before, string path, string value, string after) =>
        Assert.Equal(after, Encoding.UTF8.GetString(JsonEdit.Set("f.json", Encoding.UTF8.GetBytes(before), path.Split('/'), value)));

    [Theory]
    [InlineData("""{ "a": 1 }""", "f.json(1): expected an object with \"b\", found the number 1.")]
    [InlineData("{\n \"a\": ", "f.json(2)")]
    [InlineData("{ \"a\": 1, \"a\": 2 }", "written twice")]
    public void What_cannot_be_set_is_refused_with_its_line(string before, string message) =>
        Assert.Contains(message, Assert.Throws<CommandException>(() => JsonEdit.Set("f.json", Encoding.UTF8.GetBytes(before), ["a", "b"], "2")).Message, StringComparison.Ordinal);
}
