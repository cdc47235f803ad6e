using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Testing;
using Ingest.Testing.Emulators;

namespace Ingest.Cli.Tests.Quarantine;

public sealed class QuarantineCommandTests(AzuriteFixture azurite, EmulatorFixture emulator) : IClassFixture<AzuriteFixture>, IClassFixture<EmulatorFixture>, IAsyncLifetime
{
    private readonly QuarantineWorld world = QuarantineWorld.Create(azurite, emulator);

    // Events 0 to 59 lie in the hour of six, 60 and 61 in that of seven.
    public Task InitializeAsync() => world.QuarantineAsync(
        QuarantineWorld.Refused(0), QuarantineWorld.Refused(1, code: FaultCode.Malformed, body: "{\"bröken\""), QuarantineWorld.Refused(30, code: FaultCode.UnknownStream, stream: null),
        QuarantineWorld.Refused(31, stream: "other", key: "k", properties: new Dictionary<string, object> { ["n"] = 5L }), QuarantineWorld.Refused(60), QuarantineWorld.Refused(61, body: "\0\u0001"));

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData(6)]
    [InlineData(4, "--reason", "schema")]
    [InlineData(5, "--reason", "schema", "malformed")]
    [InlineData(1, "--stream", "other")]
    [InlineData(2, "--stream", "none", "other")]
    [InlineData(2, "--from", "2026-11-23T07:00Z")]
    [InlineData(4, "--to", "2026-11-23T07:00:00+00:00")]
    [InlineData(3, "--from", "2026-11-23T06:01", "--to", "2026-11-23T06:32")]
    [InlineData(1, "--from", "2026-11-23T06:01", "--to", "2026-11-23T06:32", "--reason", "malformed")]
    [InlineData(0, "--to", "2026-11-23")]
    [InlineData(6, "--partition", "0")]
    [InlineData(0, "--partition", "1")]
    public async Task List_and_its_records_agree_on_what_a_filter_takes(int expected, params string[] filter)
    {
        var (code, groups) = await world.JsonAsync("list", filter);
        var (_, records) = await world.JsonAsync("list", [.. filter, "--records"]);

        Assert.Equal(ExitCode.Fine, code);
        Assert.Equal(expected, groups.GetProperty("quarantined").GetInt32());
        Assert.Equal(expected, groups.GetProperty("groups").EnumerateArray().Sum(g => g.GetProperty("quarantined").GetInt32()));
        Assert.Equal(expected, records.GetProperty("quarantined").GetInt32());
        Assert.Equal(expected, records.GetProperty("records").GetArrayLength());
    }

    [Fact]
    public async Task List_reads_no_segment_whose_summary_will_do_and_those_it_must()
    {
        var (_, whole) = await world.JsonAsync("list");
        var (_, part) = await world.JsonAsync("list", "--from", "2026-11-23T06:01");
        await world.QuarantineAsync(world.Partition, [QuarantineWorld.Refused(90)], withSummary: false);
        var (_, without) = await world.JsonAsync("list");

        Assert.Equal((2, 0), (whole.GetProperty("segments").GetInt32(), whole.GetProperty("segmentsRead").GetInt32()));
        Assert.Equal((2, 1), (part.GetProperty("segments").GetInt32(), part.GetProperty("segmentsRead").GetInt32()));
        Assert.Equal((3, 1, 7), (without.GetProperty("segments").GetInt32(), without.GetProperty("segmentsRead").GetInt32(), without.GetProperty("quarantined").GetInt32()));
        Assert.Equal("Detail of 0.", whole.GetProperty("groups")[0].GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_limit_takes_the_oldest()
    {
        var (_, json) = await world.JsonAsync("list", "--records", "--limit", "2");

        Assert.Equal([$"{world.Hub.Name}/0/1/0/0", $"{world.Hub.Name}/0/1/1/0"], json.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("origin").GetString()));
    }

    [Fact]
    public async Task Show_prints_what_is_wrong_what_came_with_it_and_the_body_as_text_or_hex()
    {
        var (code, text, _) = await world.RunAsync("show", $"{world.Hub.Name}/0/1/1/0");
        var (_, binary, _) = await world.RunAsync("show", $"{world.Hub.Name}/0/1/61/0");
        var (_, json) = await world.JsonAsync("show", $"{world.Hub.Name}/0/1/31/0");

        Assert.Equal(ExitCode.Fine, code);
        Assert.All(["malformed", "Detail of 1.", "/n", "never sent", "{\"bröken\""], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Contains("00000000  00 01", binary, StringComparison.Ordinal);
        Assert.Equal(("other", "k", """{"n":1}""", "5"), (
            json.GetProperty("stream").GetString(), json.GetProperty("partitionKey").GetString(), json.GetProperty("body").GetString(),
            json.GetProperty("properties").GetProperty("n").GetProperty("$long").GetString()));
    }

    [Fact]
    public async Task Show_of_a_record_that_is_not_there_exits_1()
    {
        var (code, output, error) = await world.RunAsync("show", $"{world.Hub.Name}/0/1/2/0");

        Assert.Equal((ExitCode.No, ""), (code, output));
        Assert.Contains("There is no record", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show", "nonsense")]
    [InlineData("list", "--reason", "nonsense")]
    [InlineData("list", "--from", "yesterday")]
    [InlineData("list", "--from", "2026-11-24", "--to", "2026-11-23")]
    [InlineData("list", "--limit", "0")]
    [InlineData("replay", "--rate", "0")]
    [InlineData("replay", "--again", "maybe")]
    public async Task Bad_usage_exits_2(string command, params string[] arguments)
    {
        var (code, output, error) = await world.RunAsync(command, arguments);

        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.NotEqual("", error.Trim());
    }

    [Fact]
    public async Task Export_to_a_file_writes_a_line_a_record_with_its_bytes()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".ndjson");

        var (code, json) = await world.JsonAsync("export", path, "--from", "2026-11-23T07:00Z");
        var lines = (await File.ReadAllLinesAsync(path)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var (twice, _, _) = await world.RunAsync("export", path);
        File.Delete(path);

        Assert.Equal((ExitCode.Fine, 2, ExitCode.Usage), (code, json.GetProperty("quarantined").GetInt32(), twice));
        Assert.Equal(["""{"n":1}""", "\0\u0001"], lines.Select(line => Encoding.UTF8.GetString(line.GetProperty("bodyBase64").GetBytesFromBase64())));
        Assert.Equal("schema", lines[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Export_to_a_folder_writes_the_bytes_and_what_came_with_them()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        await world.JsonAsync("export", folder, "--from", "2026-11-23T07:00Z");
        var names = Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        var prefix = $"{world.Hub.Name}-p0000-e1-";
        Assert.Equal([$"{prefix}0000000000000000060-0.about.json", $"{prefix}0000000000000000060-0.json", $"{prefix}0000000000000000061-0.about.json", $"{prefix}0000000000000000061-0.bin"], names);
        Assert.Equal("\0\u0001"u8.ToArray(), await File.ReadAllBytesAsync(Path.Combine(folder, $"{prefix}0000000000000000061-0.bin")));
        Directory.Delete(folder, recursive: true);
    }
}
