using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>
/// docs/streams.schema.json as an editor applies it: it accepts every sample, and refuses every mistake of the loader's that a schema
/// can see at all.
/// </summary>
public sealed class EditorVerdictTests
{
    private static readonly CompiledSchema Editor = Compile();

    [Fact]
    public void It_accepts_every_sample_and_every_example_of_the_documentation()
    {
        Dictionary<string, string> samples = new() { ["streams.json"] = File.ReadAllText(Repository.PathOf("streams.json")), ["the full example"] = FullExampleTests.FullExample };
        foreach (var (number, (page, code)) in DocumentedKeysTests.Examples().Index())
        {
            samples.Add($"{page}, example {number}", code);
        }

        var stream = Regex.Match(File.ReadAllText(Repository.PathOf("README.md")), "```jsonc\n(?<code>.*?)```", RegexOptions.Singleline).Groups["code"].Value;
        samples.Add("README.md", $$"""{ "streams": [ {{stream}} ] }""");

        Assert.True(samples.Count > 10, "The pages' examples are not found any more.");
        Assert.All(samples, sample => Assert.Equal((sample.Key, null), (sample.Key, FaultOf(sample.Value))));
    }

    /// <summary>Each a mistake that the loader reports in the broken file of <see cref="BrokenStreamsTests"/>, alone in a file that is fine otherwise.</summary>
    [Theory]
    [InlineData("{ \"stream\": [], \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ] }")]
    [InlineData("{ \"streams\": [ { \"name\": \"Telemetry!\", \"schema\": \"s.json\" } ] }")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"formatt\": \"json\" } ] }")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" }, 7 ] }")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{ \"streams\": [] }")]
    [InlineData("{ \"streams\": {} }")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ], \"lookups\": { \"x\": { \"table\": \"Abc\" } } }")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ], \"lookups\": { \"abc\": { } } }")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ], \"lookups\": { \"abc\": { \"table\": \"Abc\", \"tabel\": \"Abc\" } } }")]
    public void It_refuses_a_broken_file(string streamsJson)
    {
        Assert.NotEmpty(Definitions.MistakesOf(streamsJson));
        Assert.NotNull(FaultOf(streamsJson));
    }

    /// <inheritdoc cref="It_refuses_a_broken_file"/>
    [Theory]
    [InlineData("\"when\": { \"propertee:type\": \"a\" }")]
    [InlineData("\"when\": { \"property:kind\": 5 }")]
    [InlineData("\"when\": { \"property:kind\": [] }")]
    [InlineData("\"when\": { \"system:\": \"x\" }")]
    [InlineData("\"format\": \"jsn\"")]
    [InlineData("\"id\": \"deviceId\"")]
    [InlineData("\"time\": { \"at\": \"/createdAt\", \"maxAge\": \"soon\" }")]
    [InlineData("\"time\": { \"format\": \"unix-ms\" }")]
    [InlineData("\"enrich\": \"devices\"")]
    [InlineData("\"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"_site\": \"site\" } } ]")]
    [InlineData("\"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"site\": 1 } } ]")]
    [InlineData("\"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"site\": \"site\" }, \"missing\": \"nul\" } ]")]
    [InlineData("\"enrich\": [ { \"hash\": \"/deviceId\", \"salt\": \"x\" } ]")]
    [InlineData("\"write\": { \"lake\": { \"compression\": \"zst\" } }")]
    [InlineData("\"write\": { \"latest\": { \"name\": \"1st\", \"partitionKey\": \"a\", \"rowKey\": \"{deviceId}\" } }")]
    [InlineData("\"write\": { \"table\": { \"name\": \"Things\", \"rowKey\": \"{deviceId}\" } }")]
    public void It_refuses_a_broken_stream(string member)
    {
        Definitions.MistakeIn($", {member}");
        Assert.NotNull(FaultOf(Definitions.StreamOf($", {member}")));
    }

    /// <summary>Mistakes that are none in the file alone: an editor cannot see them, and must not refuse what may be fine elsewhere.</summary>
    [Theory]
    [InlineData("\"key\": \"/devicId\"", "columns are in the schema file")]
    [InlineData("\"enrich\": [ { \"lookup\": \"device\", \"on\": \"/deviceId\", \"add\": { \"site\": \"site\" } } ]", "one place of the file names another")]
    [InlineData("\"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"number\": \"n\" } } ]", "columns are in the schema file")]
    [InlineData("\"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/tags\", \"add\": { \"model\": \"model\" } } ]", "types are in the schema file")]
    [InlineData("\"time\": { \"at\": \"/createdAt\", \"zone\": \"Europe/Berlin\" }", "whether a zone matters depends on the format's text")]
    [InlineData("\"write\": { \"lake\": { \"sort\": [ \"deviceID\" ] } }", "columns are in the schema file")]
    [InlineData("\"write\": { \"table\": { \"name\": \"T1x\", \"partitionKey\": \"a\", \"rowKey\": \"b\" } }", "key templates are a language of their own")]
    [InlineData("\"write\": { \"table\": { \"name\": \"T1x\", \"partitionKey\": \"{hash:deviceId:5000}\", \"rowKey\": \"{deviceId}\" } }", "key templates are a language of their own")]
    [InlineData("\"write\": { \"table\": { \"name\": \"T1x\", \"partitionKey\": \"a\", \"rowKey\": \"{deviceId}-{time:desc}\" } }", "one place of the stream asks for another")]
    public void What_only_the_loader_can_see_is_left_to_it(string member, string reason)
    {
        Definitions.MistakeIn($", {member}");
        Assert.True(FaultOf(Definitions.StreamOf($", {member}")) is null, $"The editor sees it now, although {reason}: move it to the others.");
    }

    [Theory]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"missing.json\" } ] }", "files are beside the file")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" }, { \"name\": \"two\", \"schema\": \"s.json\" } ] }", "a schema does not count streams without \"when\"")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"when\": { \"contentType\": \"a\" }, \"schema\": \"s.json\" }, { \"name\": \"one\", \"schema\": \"s.json\" } ] }", "uniqueItems compares whole streams, not their names")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ], \"lookups\": { \"abc\": { \"table\": \"IngestProgress\" } } }", "which tables are reserved is the product's to say")]
    [InlineData("{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\" } ], \"lookups\": { \"abc\": { \"table\": \"Abc\", \"refresh\": \"2.00:00:00\" } } }", "a pattern does not compare times")]
    public void So_are_mistakes_between_the_parts_of_a_file(string streamsJson, string reason)
    {
        Assert.Single(Definitions.MistakesOf(streamsJson));
        Assert.True(FaultOf(streamsJson) is null, $"The editor sees it now, although {reason}: move it to the others.");
    }

    [Fact]
    public void It_refuses_the_file_in_which_nearly_everything_is_wrong() =>
        // A key that is written twice would already be a fault by itself.
        Assert.NotNull(FaultOf(BrokenStreamsTests.Nasty.Replace("\"name\": \"Telemetry!\",", "", StringComparison.Ordinal)));

    private static CompiledSchema Compile()
    {
        List<ConfigurationError> errors = [];
        var schema = SchemaCompiler.Compile(new SchemaSource("streams.schema.json", File.ReadAllBytes(Repository.PathOf("docs", "streams.schema.json"))), new SchemaOptions(), errors);
        Assert.Empty(errors);
        return schema!;
    }

    private static string? FaultOf(string streamsJson)
    {
        // Editors take comments and trailing commas in .jsonc files, JSON Schema does not.
        var plain = JsonNode.Parse(streamsJson, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip })!;
        return Editor.IsValid(JsonSerializer.SerializeToUtf8Bytes(plain), out var fault) ? null : fault.ToString();
    }
}
