using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>Values that a schema has to accept or refuse, separated by <c> | </c>.</summary>
internal static class Verdicts
{
    public static void Check(string schema, string valid, string invalid, SchemaOptions? options = null)
    {
        List<ConfigurationError> errors = [];
        var compiled = SchemaCompiler.Compile(new SchemaSource("test.json", Encoding.UTF8.GetBytes(schema)), options ?? new SchemaOptions(), errors);
        Assert.True(compiled is not null, $"{schema}: {string.Join("; ", errors)}");
        foreach (var value in valid.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(compiled.IsValid(Encoding.UTF8.GetBytes(value), out var fault), $"{schema} must accept {value}: {fault}");
        }

        foreach (var value in invalid.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.False(compiled.IsValid(Encoding.UTF8.GetBytes(value)), $"{schema} must refuse {value}.");
        }
    }

    public static void CheckFormat(string format, string[] valid, string[] invalid)
    {
        List<ConfigurationError> errors = [];
        var compiled = SchemaCompiler.Compile(new SchemaSource("test.json", Encoding.UTF8.GetBytes($$"""{"format":"{{format}}"}""")), new SchemaOptions(), errors)!;
        Assert.Empty(errors);
        Assert.All(valid, text => Assert.True(compiled.IsValid(JsonSerializer.SerializeToUtf8Bytes(text)), $"{format} must accept {text}."));
        Assert.All(invalid, text => Assert.False(compiled.IsValid(JsonSerializer.SerializeToUtf8Bytes(text)), $"{format} must refuse {text}."));
        Assert.All(["1", "1.5", "true", "null", "[]", "{}"], value => Assert.True(compiled.IsValid(Encoding.UTF8.GetBytes(value)), $"{format} says nothing of {value}."));
    }
}
