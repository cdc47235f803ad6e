using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Reads what follows <c>Durable</c> from the hub, where the host has moved on without us.</summary>
internal sealed class GapRepair(DeliveryDecisions decisions, HubReads hub, DeliveryOptions options, ILogger logger)
{
    /// <summary>What comes next according to the hub; null where the hub is another one: then the row is forgotten.</summary>
    /// <param name="next">First sequence number at hand behind the gap; null for the tail.</param>
    /// <exception cref="PartitionHeldException">Read after read came back empty, which proves nothing.</exception>
    public async Task<DeliveryRun?> ReadAsync(PartitionSession session, PartitionProgress row, long? next, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < options.RepairReads; attempt++)
        {
            var (events, state) = await hub.ReadAsync(session, row.Durable + 1, row.Offset, options.RepairBatchSize, cancellationToken);
            switch (decisions.OnGap(row, next, events.Span, state))
            {
                case ReadDecision.OtherHub:
                    session.Forget();
                    return null;
                case ReadDecision.Take(var absent, var count):
                    if (absent is { } range)
                    {
                        logger.RangeAbsent(session.Partition, range.First, range.Last);
                    }

                    return new DeliveryRun(session.Partition, row, events[..count], absent is { } gone ? [gone] : []);
            }
        }

        var upTo = next is { } limit ? $"to {limit - 1}" : "on";
        throw new PartitionHeldException(
            $"{session.Partition}: {options.RepairReads} reads of the missing events from {row.Durable + 1} {upTo} came back empty.", needsOperator: false);
    }
}
