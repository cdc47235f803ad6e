using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>
/// Every key that docs/streams.schema.json knows is in an example of the documentation; the tests of the command line run records
/// through each of these examples.
/// </summary>
public sealed class DocumentedKeysTests
{
    private static readonly Dictionary<string, string> Pages = new()
    {
        ["streams.md"] = "```jsonc(?: streams)?\n(?<code>.*?)```",
        ["enrichment.md"] = "```jsonc (?:\\w+/)?streams.json\n(?<code>.*?)```",
        ["iot-hub.md"] = "```jsonc streams.json\n(?<code>.*?)```",
    };

    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(Repository.PathOf("docs", "streams.schema.json")))!;

    [Fact]
    public void Every_key_has_an_example()
    {
        HashSet<string> used = [];
        Assert.All(Examples(), example => Walk(JsonNode.Parse(example.Code, documentOptions: Lenient)!, Schema, "", used));

        var known = new[] { ("", Schema) }.Concat(Schema["$defs"]!.AsObject().Select(d => (d.Key, d.Value!))).SelectMany(d => KeysOf(d.Item1, d.Item2)).ToArray();
        Assert.True(known.Length > 60, "The walk finds no keys any more.");
        Assert.Empty(known.Except(used));
    }

    /// <summary>Every streams.json that the pages print.</summary>
    internal static IEnumerable<(string Page, string Code)> Examples()
    {
        foreach (var (page, pattern) in Pages)
        {
            var examples = Regex.Matches(File.ReadAllText(Repository.PathOf("docs", page)), pattern, RegexOptions.Singleline);
            Assert.NotEmpty(examples);
            foreach (Match example in examples)
            {
                yield return (page, example.Groups["code"].Value);
            }
        }
    }

    private static JsonDocumentOptions Lenient => new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private static IEnumerable<string> KeysOf(string definition, JsonNode schema) =>
        ((string[])["properties", "patternProperties"]).SelectMany(k => schema[k]?.AsObject().Select(p => $"{definition}: {p.Key}") ?? []);

    private static void Walk(JsonNode value, JsonNode schema, string definition, HashSet<string> used)
    {
        while (Next(value, schema) is { } next)
        {
            definition = next["#/$defs/".Length..];
            schema = Schema["$defs"]![definition]!;
        }

        if (value is JsonArray array && schema["items"] is { } items)
        {
            Assert.All(array, element => Walk(element!, items, definition, used));
        }

        foreach (var (key, child) in value as JsonObject ?? [])
        {
            var (name, known) = schema["properties"]?[key] is { } property ? (key, property)
                : schema["patternProperties"]?.AsObject().FirstOrDefault(p => Regex.IsMatch(key, p.Key)) is { Value: { } matching } pattern ? (pattern.Key, matching)
                : ("", schema["additionalProperties"] as JsonObject);
            used.Add($"{definition}: {name}");
            if (known is not null && child is not null)
            {
                Walk(child, known, definition, used);
            }
        }
    }

    /// <summary>What the schema refers to: of several forms the first one that has the value's kind, or its keys.</summary>
    private static string? Next(JsonNode value, JsonNode schema) =>
        schema["$ref"]?.GetValue<string>()
        ?? (value is JsonObject members && (schema["oneOf"] ?? (schema["properties"] is null ? schema["anyOf"] : null)) is JsonArray forms
            ? forms.Select(f => f!["$ref"]?.GetValue<string>()).First(r =>
                r is not null && Schema["$defs"]![r["#/$defs/".Length..]]!["required"]!.AsArray().All(k => members.ContainsKey(k!.GetValue<string>())))
            : null);
}
