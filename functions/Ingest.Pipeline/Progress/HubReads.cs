using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>Asks the hub what it is, and reads missing events from it.</summary>
internal sealed class HubReads(IHubLog log, DeliveryOptions options, TimeProvider time)
{
    /// <summary>The hub as it is now; asked after whatever is judged by it.</summary>
    public async Task<HubState> StateAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var state = await log.GetStateAsync(session.Partition, cancellationToken);
        session.RememberHub(state, asked);
        return state;
    }

    /// <summary>The hub as it is, or was less than a check interval ago.</summary>
    public async Task<HubState> KnownStateAsync(PartitionSession session, CancellationToken cancellationToken) =>
        session.KnownHub(options.HubCheckInterval, time) ?? await StateAsync(session, cancellationToken);

    /// <summary>Events from <paramref name="first"/> on, and the hub as it is after they were read.</summary>
    public async Task<(ReadOnlyMemory<IncomingEvent> Events, HubState Hub)> ReadAsync(
        PartitionSession session, long first, string? afterOffset, int maxEvents, CancellationToken cancellationToken)
    {
        var read = await log.ReadAsync(session.Partition, first, afterOffset, maxEvents, options.RepairBatchBytes, cancellationToken);
        return (read as IncomingEvent[] ?? [.. read], await StateAsync(session, cancellationToken));
    }
}
