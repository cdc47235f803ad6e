using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Where a partition stands.</summary>
/// <param name="Row">Null before the first.</param>
public sealed record PartitionStanding(PartitionProgress? Row, HubState Hub)
{
    /// <summary>Whether the row speaks of the hub that is there; else everything the hub has is still to come.</summary>
    private bool IsOfThisHub => Row is not null && Row.HubCreated == Hub.CreatedUnixMs;

    /// <summary>Events in the hub beyond the durable one.</summary>
    public long LagEvents => Math.Max(0, Hub.LastSequence - Math.Max(IsOfThisHub ? Row!.Durable : -1, Hub.BeginningSequence - 1));

    /// <summary>How much later the hub's last event was enqueued than the last durable one; zero where nothing is behind.</summary>
    public TimeSpan LagTime => LagEvents == 0 ? TimeSpan.Zero
        : TimeSpan.FromMilliseconds(Math.Max(0, Hub.LastEnqueuedUnixMs - (IsOfThisHub && Row!.EnqueuedMax > 0 ? Row.EnqueuedMax : Hub.CreatedUnixMs)));
}

/// <summary>What the sweeper does with one partition each minute, through the same steps as any writer.</summary>
internal sealed class PartitionSweep(
    DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, HubReads hub, ProgressSynchronizer synchronizer, RunCommitter committer,
    GapRepair gaps, MakeupRepair makeups, DeliveryOptions options, TimeProvider time, ILogger logger)
{
    public async Task<PartitionStanding> RunAsync(PartitionSession session, StageRun stage, CancellationToken cancellationToken)
    {
        var idle = session.Memory.Row;
        if (idle is null || (await progress.ReadAsync(session.Partition, cancellationToken))?.ETag != idle.ETag)
        {
            session.Forget();
        }

        var row = await synchronizer.SynchronizeAsync(session, stage, cancellationToken);
        row = await RepairTailAsync(session, row, stage, cancellationToken);
        row = await FetchSkippedAsync(session, row, stage, cancellationToken);

        // Emptying the list changes the row's ETag, which makes a busy owner elsewhere read again: only where nothing moved since the last sweep.
        if (!row.Pending.IsEmpty && idle?.ETag == row.ETag)
        {
            await CheckLedgerAsync(session.Partition, row, cancellationToken);
            await committer.StoreAsync(session, decisions.OnPublished(row), cancellationToken);
        }

        return new PartitionStanding(session.Memory.Row ?? row, await hub.KnownStateAsync(session, cancellationToken));
    }

    public async Task<PartitionStanding> StandingAsync(PartitionId partition, CancellationToken cancellationToken)
    {
        var row = await progress.ReadAsync(partition, cancellationToken);
        return new PartitionStanding(row, await hub.StateAsync(new PartitionSession(partition), cancellationToken));
    }

    /// <summary>The host moved on past events that were never committed, and nothing may follow that would show it.</summary>
    private async Task<PartitionProgress> RepairTailAsync(PartitionSession session, PartitionProgress row, StageRun stage, CancellationToken cancellationToken)
    {
        var stoodStill = session.StandsStill(row, time);
        var state = await hub.StateAsync(session, cancellationToken);

        // What arrives meanwhile has not stood still: the sweeper is not to become the partition's reader.
        var (epoch, last) = (row.Epoch, state.LastSequence);
        while (row.Epoch == epoch && row.Durable < last && decisions.OnTail(row, state, stoodStill, options.TailRepairAfter))
        {
            if (await gaps.ReadAsync(session, row, next: null, cancellationToken) is { } run)
            {
                logger.TailRepaired(session.Partition, run.First, run.AbsentCount, run.Events.Length);
                await committer.CommitAsync(session, run, stage, cancellationToken);
            }

            row = await synchronizer.SynchronizeAsync(session, stage, cancellationToken);
            state = await hub.StateAsync(session, cancellationToken);
        }

        return row;
    }

    private async Task<PartitionProgress> FetchSkippedAsync(PartitionSession session, PartitionProgress row, StageRun stage, CancellationToken cancellationToken)
    {
        while (!row.Skipped.IsEmpty)
        {
            await makeups.RunAsync(session, row, new Makeup(row.Skipped[0], Expired: null), stage, cancellationToken);
            row = await synchronizer.SynchronizeAsync(session, stage, cancellationToken);
        }

        return row;
    }

    /// <summary>The last commit, which nothing has followed, as a sample: is it at rest, and once?</summary>
    private async Task CheckLedgerAsync(PartitionId partition, PartitionProgress row, CancellationToken cancellationToken)
    {
        var names = row.Pending.Select(SegmentName.TryParse).OfType<SegmentName>().ToList();
        if (names.Count == 0)
        {
            return;
        }

        var range = new EventRange(names.Min(name => name.First), names.Max(name => name.Last));
        var held = await segments.FindRecordsAsync(partition, row.Epoch, range, names.Min(name => name.Hour), cancellationToken);
        if (!IsWhole(held))
        {
            // What made good an expired segment names only the hours that it staged again.
            held = await segments.FindRecordsAsync(partition, row.Epoch, range, fromHour: null, cancellationToken);
        }

        if (!IsWhole(held))
        {
            logger.LedgerBroken(partition, range, string.Join(' ', held.Without(range)), held.Duplicates);
        }

        bool IsWhole(HeldRecords records) => records.Without(range).Length == 0 && records.Duplicates == 0;
    }
}
