using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.StreamTests;

/// <summary>Streams of other formats than JSON, and events whose records go to several streams, offline.</summary>
public class FormatCasesTests
{
    private const string Streams = """
        {
          "streams": [
            { "name": "doors", "when": { "record:/kind": "door" }, "format": "ndjson", "schema": "s.json" },
            { "name": "gates", "when": { "record:/kind": "gate" }, "format": "ndjson", "schema": "s.json" },
            { "name": "levels", "when": { "contentType": "application/avro" }, "schema": { "avro": "x.avsc", "framing": "none" } },
            { "name": "lines", "when": { "contentType": "text/csv" }, "format": "csv", "schema": "s.json" }
          ]
        }
        """;

    [Fact]
    public async Task Bytes_and_mixed_events_are_tested_like_any_other()
    {
        using var workspace = Workspace().With("streams.tests/one.json", """
            { "cases": [
              { "name": "mixed", "input": { "text": "{\"kind\":\"door\",\"name\":\"a\"}\n{\"kind\":\"gate\",\"name\":\"b\"}\n{\"name\":\"c\"}" },
                "expect": { "rows": [ { "_stream": "doors", "name": "a" }, { "_stream": "gates", "name": "b" } ], "faults": [ { "code": "unknown-stream", "index": 2 } ] } }
            ] }
            """);

        var (code, _, error) = await Offline.Workspace.RunAsync("test", "--streams", workspace.StreamsFile);

        Assert.True(code == ExitCode.Fine, error);
    }

    [Fact]
    public async Task Files_of_a_stream_are_read_in_its_own_format()
    {
        using var workspace = Workspace().With("lines.csv", "name,count\na,1\nb,x\n");
        File.WriteAllBytes(workspace.PathOf("level.bin"), [2, (byte)'d', 10]);

        var csv = await Offline.Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--stream", "lines", workspace.PathOf("lines.csv"));
        var avro = await Offline.Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--stream", "levels", workspace.PathOf("level.bin"));

        Assert.Equal(ExitCode.No, csv.Code);
        Assert.Contains("\"count\":1", csv.Output, StringComparison.Ordinal);
        Assert.Contains("[1]: schema at /count", csv.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Fine, avro.Code);
        Assert.Contains("\"level\":5", avro.Output, StringComparison.Ordinal);
    }

    private static Workspace Workspace() => new Workspace().With("streams.json", Streams)
        .With("s.json", """{ "type": "object", "properties": { "name": { "type": "string" }, "kind": { "type": "string" }, "count": { "type": "integer" } } }""")
        .With("x.avsc", """{ "type": "record", "name": "R", "fields": [ { "name": "id", "type": "string" }, { "name": "level", "type": "int" } ] }""");
}
