using Ingest.Emulator;
using Ingest.Testing;

namespace Ingest.EndToEnd.Tests;

/// <summary>What a function app needs to work on an emulator and an Azurite.</summary>
internal static class AppSettings
{
    /// <param name="deviceHub">Empty: the app has none.</param>
    public static Dictionary<string, string> Of(EventHubsEmulator emulator, AzuriteFixture azurite, string streams, string deviceHub = "devices") => new()
    {
        ["EventHub"] = emulator.ConnectionString,
        ["Data"] = azurite.ConnectionString,
        ["AzureWebJobsStorage"] = azurite.ConnectionString,
        ["TelemetryHub"] = "telemetry",
        ["DeviceHub"] = deviceHub,
        ["ConsumerGroup"] = "ingest",
        ["Ingest__Streams"] = streams,
    };
}
