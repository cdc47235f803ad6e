using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Brings to rest what lies at or below <c>Durable</c> and is not there: expired segments, ranges that an operator skipped.</summary>
internal sealed class MakeupRepair(DeliveryDecisions decisions, ISegmentStore segments, HubReads hub, RunCommitter committer, DeliveryOptions options, ILogger logger)
{
    /// <summary>Does one commit's part of it. The memory then holds the new row, or nothing where the row must be read again.</summary>
    public async Task RunAsync(PartitionSession session, PartitionProgress row, Makeup makeup, StageRun stage, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < options.RepairReads; attempt++)
        {
            // Offsets of these numbers are not known any more; the number addresses the log as long as the hub is the same.
            var limit = (int)Math.Min(makeup.Range.Count, makeup.Expired is null ? options.SkippedBatchSize : options.RepairBatchSize);
            var (events, state) = await hub.ReadAsync(session, makeup.Range.First, afterOffset: null, limit, cancellationToken);
            switch (decisions.OnMakeupRead(row, makeup, events.Span, state))
            {
                case ReadDecision.OtherHub:
                    session.Forget();
                    return;
                case ReadDecision.Take(var absent, var count):
                    var held = await HeldAsync(session.Partition, row, makeup, events[..count], absent, cancellationToken);
                    var run = decisions.OnHeld(session.Partition, row, makeup, events[..count], absent, held);
                    Tell(run);
                    await committer.CommitAsync(session, run, stage, cancellationToken);
                    return;
            }
        }

        throw new PartitionHeldException(
            $"{session.Partition}: {options.RepairReads} reads of the events {makeup.Range}, which must be brought to rest again, came back empty.", needsOperator: false);
    }

    private async Task<HeldRecords> HeldAsync(
        PartitionId partition, PartitionProgress row, Makeup makeup, ReadOnlyMemory<IncomingEvent> events, EventRange? absent, CancellationToken cancellationToken)
    {
        // A skipped range is looked up too: a row that was rolled back over a part of it lies no lower than before, so nothing
        // else would show that this part is at rest.
        // Nobody knows the hours of events that the hub no longer has.
        long? fromHour = absent is null && !events.IsEmpty ? SegmentName.HourOf(events.Span[0].EnqueuedUnixMs) - 1 : null;
        var upTo = events.IsEmpty ? absent!.Value.Last : events.Span[^1].SequenceNumber;
        return await segments.FindRecordsAsync(partition, row.Epoch, makeup.Range with { Last = upTo }, fromHour, cancellationToken);
    }

    private void Tell(DeliveryRun run)
    {
        logger.MakingUp(
            run.Partition, run.Makeup!.Range, run.Makeup.Expired is null ? "skipped by an operator" : "in a segment that expired before it was published", run.Events.Length, run.Held.Count, run.AbsentCount);
        foreach (var absent in run.Absent)
        {
            logger.RangeAbsent(run.Partition, absent.First, absent.Last);
        }
    }
}
