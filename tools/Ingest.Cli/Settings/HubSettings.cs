using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Settings;

/// <summary>The hubs and consumer groups that the app's settings name; an empty setting counts as none, as it does in the app.</summary>
public sealed class HubSettings(IConfiguration settings)
{
    /// <summary>Hub of SDK producers.</summary>
    public string Telemetry => Text("TelemetryHub") ?? "telemetry";

    /// <summary>Hub that IoT Hub alone sends to; null: there is none.</summary>
    public string? Devices => Text("DeviceHub");

    /// <summary>Whether the app does not read the device hub.</summary>
    public bool DevicesAreSwitchedOff =>
        (Text("AzureWebJobs.IngestDevices.Disabled") ?? Text("AzureWebJobs:IngestDevices:Disabled")) is { } value
        && (value == "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase));

    public string ConsumerGroup => Text("ConsumerGroup") ?? "ingest";

    public string RepairConsumerGroup => Text("RepairConsumerGroup") ?? "ingest-repair";

    private string? Text(string name) => settings[name] is { Length: > 0 } text ? text : null;
}
