using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Quarantine;

/// <summary>
/// Which quarantined records were sent again, as the replay tool wrote it down from the quarantine before it sent them. Only who may
/// write the data account can add to it, which no sender of events can.
/// </summary>
public interface IReplayRegister
{
    /// <summary>Thread-safe. Throws when the store is unavailable.</summary>
    /// <param name="from">The quarantined record that was sent.</param>
    /// <returns>null where it was never sent, or came from no device.</returns>
    Task<ReplayedDevice?> FindDeviceAsync(RecordOrigin from, CancellationToken cancellationToken);
}

/// <summary>What IoT Hub had vouched for when the record first came.</summary>
/// <param name="BodyHash"><see cref="ReplayMark.HashOf"/> of the bytes that were sent.</param>
/// <param name="SystemProperties">The <c>iothub-*</c> properties, with the types they had.</param>
public sealed record ReplayedDevice(string DeviceId, string BodyHash, IReadOnlyDictionary<string, object?> SystemProperties);
