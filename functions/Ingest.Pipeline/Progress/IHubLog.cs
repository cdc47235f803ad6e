using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>The hub's own log, read beside the trigger: for the first row, for gaps and for the sweeper.</summary>
public interface IHubLog
{
    Task<HubState> GetStateAsync(PartitionId partition, CancellationToken cancellationToken);

    /// <summary>
    /// Events from <paramref name="first"/> on, in order, at most <paramref name="maxEvents"/> and, where that is not the
    /// first, none that takes their bodies beyond <paramref name="maxBytes"/>. May come back empty, which
    /// proves nothing; a later first event proves that what lies before it is gone.
    /// </summary>
    /// <param name="afterOffset">Offset of the event before <paramref name="first"/>, where known.</param>
    Task<IReadOnlyList<IncomingEvent>> ReadAsync(
        PartitionId partition, long first, string? afterOffset, int maxEvents, long maxBytes, CancellationToken cancellationToken);
}

/// <param name="CreatedUnixMs">Creation time of the hub: its identity.</param>
/// <param name="BeginningSequence">First sequence number the partition still has, or would have.</param>
/// <param name="LastSequence">Last enqueued sequence number, −1 when there never was one.</param>
/// <param name="LastEnqueuedUnixMs">When that one was enqueued; 0 when there never was one.</param>
public sealed record HubState(long CreatedUnixMs, long BeginningSequence, long LastSequence, long LastEnqueuedUnixMs);
