using System.Text.Json.Nodes;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>docs/streams.schema.json helps in editors; the loader decides. They must know the same keys and values.</summary>
public sealed class EditorSchemaTests
{
    // Far from every key, so that the loader lists all it knows.
    private const string Stranger = "wwwwwwwwwwwwwwwwwwww";

    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(Repository.PathOf("docs", "streams.schema.json")))!;

    [Theory]
    [InlineData("", "{ \"X\": 1, \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ] }")]
    [InlineData("stream", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"X\": 1 } ] }")]
    [InlineData("avro", "{ \"streams\": [ { \"name\": \"one\", \"schema\": { \"avro\": \"x.avsc\", \"X\": 1 } } ] }")]
    [InlineData("protobuf", "{ \"streams\": [ { \"name\": \"one\", \"schema\": { \"protobuf\": \"x.desc\", \"message\": \"demo.Reading\", \"X\": 1 } } ] }")]
    [InlineData("csvSchema", "{ \"streams\": [ { \"name\": \"one\", \"schema\": { \"csv\": {}, \"json\": \"s.json\", \"X\": 1 } } ] }")]
    [InlineData("csv", "{ \"streams\": [ { \"name\": \"one\", \"schema\": { \"csv\": { \"X\": 1 }, \"json\": \"s.json\" } } ] }")]
    [InlineData("time", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"time\": { \"at\": \"/createdAt\", \"X\": 1 } } ] }")]
    [InlineData("lookupStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"lookup\": \"abc\", \"on\": \"/number\", \"add\": { \"a\": \"a\" }, \"X\": 1 } ] } ], \"lookups\": { \"abc\": { \"table\": \"Abc\" } } }")]
    [InlineData("useStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"use\": \"a\", \"add\": { \"a\": \"string\" }, \"X\": 1 } ] } ] }")]
    [InlineData("hashStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"hash\": \"/deviceId\", \"salt\": \"@Setting:A\", \"X\": 1 } ] } ] }")]
    [InlineData("dropStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"drop\": \"/deviceId\", \"X\": 1 } ] } ] }")]
    [InlineData("redactStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"redact\": \"/deviceId\", \"X\": 1 } ] } ] }")]
    [InlineData("copyStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"copy\": \"contentType\", \"as\": \"a\", \"X\": 1 } ] } ] }")]
    [InlineData("thresholdStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"add\": \"a\", \"when\": \"/number\", \"above\": 1, \"X\": 1 } ] } ] }")]
    [InlineData("constantStep", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"enrich\": [ { \"add\": \"a\", \"value\": 1, \"X\": 1 } ] } ] }")]
    [InlineData("write", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"write\": { \"X\": 1 } } ] }")]
    [InlineData("lake", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"write\": { \"lake\": { \"X\": 1 } } } ] }")]
    [InlineData("table", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"write\": { \"latest\": { \"name\": \"Abc\", \"partitionKey\": \"a\", \"rowKey\": \"{number}\", \"X\": 1 } } } ] }")]
    [InlineData("lookup", "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ], \"lookups\": { \"abc\": { \"table\": \"Abc\", \"X\": 1 } } }")]
    public void Editor_and_loader_know_the_same_keys(string definition, string streamsJson)
    {
        var mistake = Assert.Single(Definitions.MistakesOf(streamsJson.Replace("\"X\"", $"\"{Stranger}\"", StringComparison.Ordinal)));
        var offered = (definition.Length == 0 ? Schema : Schema["$defs"]![definition]!)["properties"]!.AsObject().Select(p => p.Key);

        var prefix = $"Unknown key \"{Stranger}\". Known keys: ";
        Assert.StartsWith(prefix, mistake.Message, StringComparison.Ordinal);
        Assert.Equal(offered.Order(StringComparer.Ordinal), mistake.Message[prefix.Length..^1].Split(", ").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("lake", "compression", ", \"write\": { \"lake\": { \"compression\": \"X\" } }")]
    [InlineData("lookupStep", "missing", ", \"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"site\": \"site\" }, \"missing\": \"X\" } ]")]
    public void Every_value_that_the_editor_offers_loads(string definition, string key, string members)
    {
        var values = Schema["$defs"]![definition]!["properties"]![key]!["enum"]!.AsArray().Select(v => v!.GetValue<string>()).ToArray();
        Assert.NotEmpty(values);
        Assert.All(values, value => Definitions.LoadStream(members.Replace("X", value, StringComparison.Ordinal)));
        Definitions.MistakeIn(members.Replace("X", Stranger, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("enrichment.md")]
    [InlineData("iot-hub.md")]
    public void The_editor_accepts_every_key_of_the_streams_in_the_documentation(string page)
    {
        var block = System.Text.RegularExpressions.Regex.Match(
            File.ReadAllText(Repository.PathOf("docs", page)), "```jsonc streams.json\n(?<code>.*?)```", System.Text.RegularExpressions.RegexOptions.Singleline);
        List<string> refused = [];
        Walk(JsonNode.Parse(block.Groups["code"].Value, documentOptions: Lenient), Schema, refused);
        Assert.Empty(refused);
    }

    [Fact]
    public void Every_format_that_the_editor_offers_loads_with_a_schema_of_its_kind()
    {
        var formats = Schema["$defs"]!["stream"]!["properties"]!["format"]!["enum"]!.AsArray().Select(v => v!.GetValue<string>());
        Assert.All(formats, format =>
        {
            var schema = format switch
            {
                "avro" => "{ \"avro\": \"x.avsc\", \"framing\": \"detect\" }",
                "protobuf" => "{ \"protobuf\": \"x.desc\", \"message\": \"demo.Reading\", \"framing\": \"delimited\" }",
                _ => "\"s.json\"",
            };
            Definitions.Load($"{{ \"streams\": [ {{ \"name\": \"one\", \"format\": \"{format}\", \"schema\": {schema} }} ] }}");
        });
        Definitions.MistakeIn($", \"format\": \"{Stranger}\"");
    }

    [Fact]
    public void The_editor_accepts_every_key_of_the_sample_streams()
    {
        var sample = JsonNode.Parse(File.ReadAllText(Repository.PathOf("streams.json")), documentOptions: Lenient)!;
        List<string> refused = [];
        Walk(sample, Schema, refused);
        Assert.Empty(refused);

        sample["streams"]![0]!["nmae"] = "x";
        sample["streams"]![0]!["when"]!["propertee:type"] = "x";
        Walk(sample, Schema, refused);
        Assert.Equal(["$.streams[0].when.propertee:type", "$.streams[0].nmae"], refused);
    }

    private static System.Text.Json.JsonDocumentOptions Lenient => new() { AllowTrailingCommas = true, CommentHandling = System.Text.Json.JsonCommentHandling.Skip };

    private static void Walk(JsonNode? value, JsonNode schema, List<string> refused)
    {
        schema = Variant(value, Resolve(schema));
        if (value is JsonArray array && schema["items"] is { } items)
        {
            foreach (var element in array)
            {
                Walk(element, items, refused);
            }
        }

        if (value is not JsonObject members)
        {
            return;
        }

        foreach (var (key, child) in members)
        {
            var pattern = schema["patternProperties"]?.AsObject().FirstOrDefault(p => System.Text.RegularExpressions.Regex.IsMatch(key, p.Key)).Value;
            if ((schema["properties"]?[key] ?? pattern ?? schema["additionalProperties"]) is JsonObject known)
            {
                Walk(child, known, refused);
            }
            else
            {
                refused.Add($"{members.GetPath()}.{key}");
            }
        }
    }

    /// <summary>Of several forms the one whose required keys are there.</summary>
    private static JsonNode Variant(JsonNode? value, JsonNode schema) =>
        value is JsonObject members && schema["anyOf"] is JsonArray forms && schema["properties"] is null
            ? forms.Select(f => Resolve(f!)).First(f => f["required"]!.AsArray().All(r => members.ContainsKey(r!.GetValue<string>())))
            : schema;

    private static JsonNode Resolve(JsonNode schema) =>
        schema["$ref"]?.GetValue<string>() is { } reference ? Resolve(Schema["$defs"]![reference["#/$defs/".Length..]]!) : schema;
}
