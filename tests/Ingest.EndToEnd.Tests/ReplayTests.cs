using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ingest.Emulator;
using Ingest.Testing;
using Ingest.Testing.Node;
using ParquetSharp;

namespace Ingest.EndToEnd.Tests;

/// <summary>What docs/operations.md says about replaying: refused, schema corrected, replayed, in the lake once.</summary>
public sealed class ReplayTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Strict = """{ "type": "object", "required": ["deviceId"], "properties": { "deviceId": { "type": "string" }, "temperature": { "type": "number", "maximum": 50 } } }""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Records_refused_by_a_schema_are_in_the_lake_once_after_the_schema_is_corrected_and_they_are_replayed_twice()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1), new HubOptions("devices", 1)] });
        var folder = Directory.CreateTempSubdirectory("ingest-replay-");
        var streams = Path.Combine(folder.FullName, "streams.json");
        await File.WriteAllTextAsync(streams, """
            {
              "streams": [
                { "name": "pumps", "when": { "system:iothub-message-source": "Telemetry" }, "format": "json", "schema": "s.json", "identity": "/deviceId" },
                { "name": "readings", "format": "ndjson", "schema": "s.json" }
              ]
            }
            """);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "s.json"), Strict);
        emulator.GetHub("telemetry")[0].Append("{\"deviceId\":\"a\",\"temperature\":20}\n{\"deviceId\":\"b\",\"temperature\":70}\n{\"deviceId\":\"c\",\"temperature\":20}"u8);
        emulator.GetHub("devices")[0].Append(
            """{"deviceId":"pump-1","temperature":80}"""u8,
            annotations: new Dictionary<string, object> { ["iothub-connection-device-id"] = "pump-1", ["iothub-message-source"] = "Telemetry" });
        List<string> rows = [];
        await using (var app = FunctionAppProcess.Start(AppSettings.Of(emulator, azurite, streams)))
        {
            await app.WaitUntilAsync(async () => (rows = await RowsAsync()).Count == 4, Limit);
        }

        Assert.Equal(
            ["quarantine: devices/0/1/0/0", "quarantine: telemetry/0/1/0/1", "readings: telemetry/0/1/0/0", "readings: telemetry/0/1/0/2"], rows);

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "s.json"), Strict.Replace("50", "100", StringComparison.Ordinal));
        var dry = await ReplayAsync(emulator, streams, "--dry-run");
        var first = await ReplayAsync(emulator, streams);
        var second = await ReplayAsync(emulator, streams);
        await using (var app = FunctionAppProcess.Start(AppSettings.Of(emulator, azurite, streams)))
        {
            await app.WaitUntilAsync(async () => (rows = await RowsAsync()).Count >= 6, Limit);

            // Another event behind them: when it is there, a second copy would be, too.
            emulator.GetHub("telemetry")[0].Append("{\"deviceId\":\"last\"}"u8);
            await app.WaitUntilAsync(async () => (rows = await RowsAsync()).Any(row => row.StartsWith("readings: telemetry/0/1/3", StringComparison.Ordinal)), Limit);
        }

        folder.Delete(recursive: true);
        Assert.Equal((2, 0), (dry.GetProperty("wouldSend").GetInt32(), dry.GetProperty("sent").GetInt32()));
        Assert.Equal((2, 0), (first.GetProperty("sent").GetInt32(), first.GetProperty("already").GetInt32()));
        Assert.Equal((0, 2), (second.GetProperty("sent").GetInt32(), second.GetProperty("already").GetInt32()));
        Assert.Equal(
            [
                "pumps: devices/0/1/0/0", "quarantine: devices/0/1/0/0", "quarantine: telemetry/0/1/0/1", "readings: telemetry/0/1/0/0", "readings: telemetry/0/1/0/1",
                "readings: telemetry/0/1/0/2", "readings: telemetry/0/1/3/0",
            ],
            rows);
    }

    private async Task<JsonElement> ReplayAsync(EventHubsEmulator emulator, string streams, params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var cli = Repository.PathOf("tools", "Ingest.Cli", "bin", output.Parent!.Name, output.Name, "ingest.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", cli, "quarantine", "replay", "--json", "--streams", streams, .. arguments]);
        foreach (var (name, value) in AppSettings.Of(emulator, azurite, streams))
        {
            start.Environment[name] = value;
        }

        var result = await ChildProcess.RunAsync(start, Limit);
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>Stream and id of every visible row, sorted.</summary>
    private async Task<List<string>> RowsAsync()
    {
        var rows = (await VisibleSegments.ReadAsync(azurite)).SelectMany(s => Ids(s.Parquet).Select(id => $"{s.Stream}: {id}")).ToList();
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private static string[] Ids(byte[] parquet)
    {
        using var file = new ParquetFileReader(new MemoryStream(parquet));
        using var group = file.RowGroup(0);
        using var column = group.Column(file.FileMetaData.Schema.ColumnIndex("_id"));
        using var reader = column.LogicalReader<string>();
        return reader.ReadAll((int)group.MetaData.NumRows);
    }
}
