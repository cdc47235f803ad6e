using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ingest.Emulator;
using Ingest.Testing;
using Ingest.Testing.Node;
using ParquetSharp;

namespace Ingest.EndToEnd.Tests;

/// <summary>
/// The streams of docs/iot-hub.md in the function app: messages with IoT Hub's annotations come over the device hub, and a forger
/// sends the same over the other one.
/// </summary>
public sealed partial class DeviceHubTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_device_is_who_IoT_Hub_says_and_a_forger_on_the_telemetry_hub_gets_nowhere()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1), new HubOptions("devices", 1)] });
        using var streams = new DocumentedStreams("iot-hub.md");
        await using var app = FunctionAppProcess.Start(AppSettings.Of(emulator, azurite, streams.File, "devices"));
        await new NodeScript(Repository.PathOf("tests", "Ingest.EndToEnd.Tests", "js", "devices.js")).RunAsync<Dictionary<string, int>>(new Dictionary<string, string>
        {
            ["CONNECTION_STRING"] = emulator.ConnectionString, ["DEVICE_HUB"] = "devices", ["TELEMETRY_HUB"] = "telemetry",
        });
        List<Row> rows = [];
        await app.WaitUntilAsync(async () => (rows = await ReadAsync()).Count >= 8, Limit);

        Assert.Equal(
            [
                "device-lifecycle: _hub=devices _device=pump-3 operation=createDeviceIdentity",
                "device-telemetry: _hub=devices _device=pump-1 deviceId=pump-1 site=north",
                "device-telemetry: _hub=devices _device=pump-2 deviceId=pump-2",
                "quarantine: _hub=devices code=identity-mismatch",
                "quarantine: _hub=telemetry code=unknown-stream",
                "quarantine: _hub=telemetry code=unknown-stream",
                "telemetry: _hub=telemetry deviceId=pump-1",
                "twin-changes: _hub=devices _device=pump-1 operation=updateTwin",
            ],
            rows.Select(r => r.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_device_hub_the_function_is_switched_off_and_the_app_runs()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        using var streams = new DocumentedStreams("iot-hub.md");
        var settings = AppSettings.Of(emulator, azurite, streams.File, "");
        settings["AzureWebJobs.IngestDevices.Disabled"] = "true";
        await using var app = FunctionAppProcess.Start(settings);

        await app.WaitUntilAsync(() => Task.FromResult(Running().IsMatch(app.Log)), Limit);

        Assert.Matches(@"Running \d+ functions; 1 are disabled", app.Log);
    }

    [Fact]
    public async Task A_setting_that_a_step_needs_keeps_the_app_from_starting_while_it_is_missing()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1), new HubOptions("devices", 1)] });
        using var streams = new DocumentedStreams("enrichment.md");
        await using var app = FunctionAppProcess.Start(AppSettings.Of(emulator, azurite, streams.File, "devices"));

        Assert.NotEqual(0, await app.ExitCodeAsync(Limit));
        Assert.Matches(@"streams\.json\(\d+\): /streams/0/enrich/6: The app setting ""PiiSalt"" is not set\.", app.Log);
        Assert.Contains("The app setting \"Stage\" is not set.", app.Log, StringComparison.Ordinal);
    }

    /// <summary>Every row of every visible segment.</summary>
    private async Task<List<Row>> ReadAsync() =>
        [.. (await VisibleSegments.ReadAsync(azurite)).SelectMany(s => Row.Read(s.Stream, s.Parquet))];

    [GeneratedRegex(@"Running \d+ functions")]
    private static partial Regex Running();

    /// <summary>The texts of one row.</summary>
    private sealed record Row(string Stream, IReadOnlyDictionary<string, string?> Texts)
    {
        private static readonly string[] Shown = ["_hub", "code", "_device", "deviceId", "site", "operation"];

        public static IEnumerable<Row> Read(string stream, byte[] parquet)
        {
            using var file = new ParquetFileReader(new MemoryStream(parquet));
            using var group = file.RowGroup(0);
            var count = (int)group.MetaData.NumRows;
            var columns = new Dictionary<string, string?[]>();
            for (var i = 0; i < file.FileMetaData.NumColumns; i++)
            {
                var descriptor = file.FileMetaData.Schema.Column(i);
                if (descriptor.LogicalType.Type == LogicalTypeEnum.String && descriptor.MaxRepetitionLevel == 0)
                {
                    using var column = group.Column(i);
                    using var reader = column.LogicalReader<string?>();
                    columns[descriptor.Path.ToDotString()] = reader.ReadAll(count);
                }
            }

            return [.. Enumerable.Range(0, count).Select(row => new Row(stream, columns.ToDictionary(c => c.Key, c => c.Value[row])))];
        }

        public override string ToString() =>
            $"{Stream}: {string.Join(' ', Shown.Where(name => Texts.GetValueOrDefault(name) is not null).Select(name => $"{name}={Texts[name]}"))}";
    }
}
