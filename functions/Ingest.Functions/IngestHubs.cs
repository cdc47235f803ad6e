using Microsoft.Extensions.Configuration;

namespace Ingest.Functions;

/// <summary>
/// The hubs that this app ingests. Only IoT Hub may send to the device hub (a role assignment says so), and only there is it believed
/// who a device is.
/// </summary>
public sealed class IngestHubs(IConfiguration configuration)
{
    /// <summary>Hub of SDK producers, lower case; default <c>telemetry</c>.</summary>
    public string Telemetry { get; } = configuration["TelemetryHub"] is { Length: > 0 } name ? name.ToLowerInvariant() : "telemetry";

    /// <summary>Hub that IoT Hub alone sends to, lower case; null: there is none, and <c>IngestDevices</c> is switched off.</summary>
    public string? Devices { get; } = configuration["DeviceHub"] is { Length: > 0 } name ? name.ToLowerInvariant() : null;

    public IEnumerable<string> All => Devices is null ? [Telemetry] : [Telemetry, Devices];

    /// <summary>Null, or why the two settings cannot be.</summary>
    public string? Mistake => Telemetry == Devices
        ? $"Setting DeviceHub: '{Devices}' is the TelemetryHub as well. Devices need a hub of their own, to which only IoT Hub may send: elsewhere anybody can pretend to be any device."
        : null;

    public bool IsDeviceHub(string hub) => string.Equals(hub, Devices, StringComparison.OrdinalIgnoreCase);
}
