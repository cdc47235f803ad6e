using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Check;

public class CheckCommandTests
{
    [Fact]
    public async Task A_good_file_exits_0_and_lists_streams_and_columns()
    {
        using var workspace = new Workspace();

        var (code, output, error) = await Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--json");

        Assert.Equal(ExitCode.Fine, code);
        using var json = Line(output);
        var stream = Assert.Single(json.RootElement.GetProperty("streams").EnumerateArray());
        Assert.Equal("readings", stream.GetProperty("name").GetString());
        Assert.Equal(
            ["name string True False", "count int64 False False", "ratio double False False", "on timestamp False False", "tags string[] False False", "site string False True"],
            stream.GetProperty("columns").EnumerateArray().Select(c =>
                $"{c.GetProperty("name")} {c.GetProperty("type")} {c.GetProperty("required").GetBoolean()} {c.GetProperty("enriched").GetBoolean()}"));
        Assert.Contains("string[]", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_is_listed_with_file_and_line_and_exits_2()
    {
        using var workspace = new Workspace()
            .With("s.json", "{ \"type\": \"object\",\n \"properties\": { \"name\": { \"type\": \"sting\" } } }")
            .With("streams.json", Workspace.Streams.Replace("\"id\"", "\"ids\"", StringComparison.Ordinal));

        var (code, output, error) = await Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--json");

        Assert.Equal(ExitCode.Usage, code);
        using var json = Line(output);
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(
            [(workspace.StreamsFile, 7, "/streams/0/ids"), (workspace.PathOf("s.json"), 2, "/properties/name/type")],
            json.RootElement.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("file").GetString()!, e.GetProperty("line").GetInt32(), e.GetProperty("pointer").GetString()!)));
        Assert.Contains("2 mistakes", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r.json", "{\"name\":\"a\"}", 1, 0)]
    [InlineData("r.json", "{\n\"name\":\"a\"\n}\n", 1, 0)]
    [InlineData("r.json", "{\"name\":\"a\"}\n{\"name\":\"b\"}\n", 2, 0)]
    [InlineData("r.json", " [ {\"name\":\"a\"}, {\"name\":1}, {\"name\":\"c\"} ]", 2, 1)]
    [InlineData("r.ndjson", "{\"name\":\"a\"}\nnonsense\n\n{\"name\":\"b\"}", 2, 1)]
    public async Task Files_of_every_packing_are_run_through_the_stream(string name, string content, int rows, int faults)
    {
        using var workspace = new Workspace().With(name, content);

        var (code, output, error) = await Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--stream", "readings", workspace.PathOf(name), "--json");

        Assert.Equal(faults == 0 ? ExitCode.Fine : ExitCode.No, code);
        using var json = Line(output);
        Assert.Equal(rows, json.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal(rows + faults, json.RootElement.GetProperty("records").GetInt32());
        Assert.Equal(faults, json.RootElement.GetProperty("faults").EnumerateObject().Sum(f => f.Value.GetInt32()));
        Assert.Equal(rows, error.Split('\n').Count(l => l.StartsWith("{\"_key\":null", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lookups_from_a_file_fill_their_columns_and_refuse_what_they_lack()
    {
        using var workspace = new Workspace()
            .With("r.ndjson", "{\"name\":\"a\"}\n{\"name\":\"b\"}\n")
            .With("lookups.json", """{ "sites": { "a": { "site": "Lyon" } } }""");

        var (code, output, _) = await Workspace.RunAsync(
            "check", "--streams", workspace.StreamsFile, "--stream", "readings", "--lookups", workspace.PathOf("lookups.json"), workspace.PathOf("r.ndjson"));

        Assert.Equal(ExitCode.No, code);
        Assert.Contains("\"site\":\"Lyon\"", output, StringComparison.Ordinal);
        Assert.Contains("r.ndjson[1]: lookup-missing at /name", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_files_are_read()
    {
        using var workspace = new Workspace();
        await using (var gzip = new GZipStream(File.Create(workspace.PathOf("r.ndjson.gz")), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"name\":\"a\"}\n", 20_000))));
        }

        var (code, output, _) = await Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--stream", "readings", workspace.PathOf("r.ndjson.gz"), "--json");

        Assert.Equal(ExitCode.Fine, code);
        using var json = Line(output);
        Assert.Equal(20_000, json.RootElement.GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task A_breaking_change_exits_1_and_a_compatible_one_0()
    {
        using var before = new Workspace();
        using var wider = new Workspace().With("s.json", Workspace.Schema.Replace("\"count\":", "\"more\": { \"type\": \"string\" }, \"count\":", StringComparison.Ordinal));

        var (added, output, _) = await Workspace.RunAsync("check", "--streams", wider.StreamsFile, "--against", before.StreamsFile, "--json");
        var (removed, _, error) = await Workspace.RunAsync("check", "--streams", before.StreamsFile, "--against", wider.StreamsFile, "--json");

        Assert.Equal((ExitCode.Fine, ExitCode.No), (added, removed));
        using var json = Line(output);
        Assert.True(json.RootElement.GetProperty("compatible").GetBoolean());
        Assert.Equal("compatible", json.RootElement.GetProperty("changes")[0].GetProperty("impact").GetString());
        Assert.Contains("readings, more: The column is gone (it was string).", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stream", "readings")]
    [InlineData("--stream", "readings", "no-such-file.json")]
    [InlineData("--stream", "reading", "r.json")]
    [InlineData("--stream", "readings", "--against", "old.json", "r.json")]
    [InlineData("--stream", "readings", "--enqueued", "today", "r.json")]
    [InlineData("--stream", "readings", "--format", "xml", "r.json")]
    [InlineData("r.json")]
    [InlineData("--lookups", "l.json")]
    [InlineData("--against", "no-such-file.json")]
    public async Task Bad_usage_exits_2_with_a_message(params string[] arguments)
    {
        using var workspace = new Workspace();

        var (code, output, error) = await Workspace.RunAsync(["check", "--streams", workspace.StreamsFile, .. arguments]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("", output);
        Assert.NotEqual("", error.Trim());
    }

    private static JsonDocument Line(string output) => JsonDocument.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
}
