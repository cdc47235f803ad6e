using System.Collections.Concurrent;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>
/// The delivery protocol's I/O: stage, commit, publish (docs/delivery.md). One instance serves all partitions of the process;
/// one writer a partition at a time. Every exception leaves the partition where its progress row says it is.
/// </summary>
public sealed class PartitionDelivery(
    DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, IHubLog hubLog,
    DeliveryOptions options, TimeProvider time, ILogger<PartitionDelivery> logger)
{
    private readonly ConcurrentDictionary<PartitionId, PartitionSession> sessions = new();
    private readonly ProgressSynchronizer synchronizer = new(decisions, progress, segments, hubLog, options, time, logger);
    private readonly HoldNotes holds = new(progress, logger);

    /// <summary>Makes every event of the batch durable, and every missing one before it.</summary>
    public async Task<BatchReceipt> DeliverAsync(EventBatch batch, StageRun stage, CancellationToken cancellationToken)
    {
        var session = SessionOf(batch.Partition);
        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            var receipt = new BatchReceipt { Received = batch.Count };
            while (true)
            {
                var row = await synchronizer.SynchronizeAsync(session, cancellationToken);
                switch (decisions.OnBatch(row, batch.Events.Span))
                {
                    case BatchDecision.Nothing:
                        await holds.ResumedAsync(session);
                        return Close(receipt, row, batch);
                    case BatchDecision.Process(var start, var count):
                        var run = new DeliveryRun(batch.Partition, row, batch.Events.Slice(start, count), null);
                        receipt = await CommitAsync(session, run, stage, receipt, repaired: false, cancellationToken);
                        break;
                    case BatchDecision.Repair(var start):
                        receipt = await RepairAsync(session, row, batch.Events.Span[start].SequenceNumber, stage, receipt, cancellationToken);
                        break;
                }
            }
        }
        catch (Exception exception)
        {
            session.Forget();
            if (exception is PartitionHeldException held)
            {
                await holds.HeldAsync(session, held);
            }

            throw;
        }
        finally
        {
            session.Gate.Release();
        }
    }

    /// <summary>
    /// Publishes what is pending of a partition that may be idle, empties the row's list once all of it is visible, and
    /// fetches a tail that the host has skipped.
    /// </summary>
    public async Task SweepAsync(PartitionId partition, StageRun stage, CancellationToken cancellationToken)
    {
        var session = SessionOf(partition);
        if (!await session.Gate.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return; // A batch is in flight here and publishes by itself.
        }

        try
        {
            var idle = session.Row;
            if (idle is null || (await progress.ReadAsync(partition, cancellationToken))?.ETag != idle.ETag)
            {
                session.Forget();
            }

            var row = await synchronizer.SynchronizeAsync(session, cancellationToken);
            if (session.StandsStill(row, time) >= options.TailRepairAfter)
            {
                row = await RepairTailAsync(session, row, stage, cancellationToken);
            }

            // Emptying the list changes the row's ETag, which makes a busy owner elsewhere read again: only where nothing moved since the last sweep.
            if (!row.Pending.IsEmpty && idle?.ETag == row.ETag)
            {
                session.RememberOrForget(await progress.TryReplaceAsync(partition, decisions.OnPublished(row), cancellationToken));
            }
        }
        catch
        {
            session.Forget();
            throw;
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private BatchReceipt Close(BatchReceipt receipt, PartitionProgress row, EventBatch batch)
    {
        var ofDeletedHub = 0;
        foreach (ref readonly var e in batch.Events.Span)
        {
            ofDeletedHub += decisions.IsOfDeletedHub(row, e) ? 1 : 0;
        }

        if (ofDeletedHub > 0)
        {
            logger.DeletedHubEvents(batch.Partition, ofDeletedHub);
        }

        var fromBatch = (int)Math.Min(receipt.Committed - receipt.Repaired, batch.Count);
        return receipt with { OfDeletedHub = ofDeletedHub, AlreadyDurable = batch.Count - fromBatch - ofDeletedHub };
    }

    private PartitionSession SessionOf(PartitionId partition) => sessions.GetOrAdd(partition, static id => new PartitionSession(id));

    /// <summary>Steps 4 to 6. A commit that somebody else overtook leaves the receipt as it was; the caller reads again.</summary>
    private async Task<BatchReceipt> CommitAsync(
        PartitionSession session, DeliveryRun run, StageRun stage, BatchReceipt receipt, bool repaired, CancellationToken cancellationToken)
    {
        var staged = await stage(run, cancellationToken);
        var stored = await progress.TryReplaceAsync(run.Partition, decisions.OnStaged(run, staged), cancellationToken);
        if (stored is null)
        {
            logger.Overtaken(run.Partition);
            session.Forget();
            return receipt;
        }

        session.Remember(stored, published: false);
        staged.OnCommitted();

        // Committed is committed: the host's wish to stop must not leave it invisible for longer than necessary.
        await synchronizer.PublishAsync(session, stored, CancellationToken.None);
        staged.OnPublished();
        return receipt.Add(run, staged, repaired);
    }

    private async Task<BatchReceipt> RepairAsync(
        PartitionSession session, PartitionProgress row, long next, StageRun stage, BatchReceipt receipt, CancellationToken cancellationToken)
    {
        logger.GapFound(session.Partition, row.Durable + 1, next - 1);
        for (var attempt = 0; attempt < options.RepairReads; attempt++)
        {
            if (await ReadGapAsync(session, row, next, cancellationToken) is { } run)
            {
                return await CommitAsync(session, run, stage, receipt, repaired: true, cancellationToken);
            }

            if (session.Row is null)
            {
                return receipt; // The hub is another one; the caller reads the row again.
            }
        }

        throw new PartitionHeldException(
            $"{session.Partition}: {options.RepairReads} reads of the missing events from {row.Durable + 1} to {next - 1} came back empty.", needsOperator: false);
    }

    /// <summary>The host moved on past events that were never committed, and nothing may follow that would show it.</summary>
    private async Task<PartitionProgress> RepairTailAsync(
        PartitionSession session, PartitionProgress row, StageRun stage, CancellationToken cancellationToken)
    {
        while ((await synchronizer.HubStateAsync(session, cancellationToken)) is var hub
            && Math.Max(hub.LastSequence, hub.BeginningSequence - 1) > row.Durable
            && await ReadGapAsync(session, row, next: null, cancellationToken) is { } run)
        {
            logger.TailRepaired(session.Partition, run.First, run.Absent?.Count ?? 0, run.Events.Length);
            await CommitAsync(session, run, stage, new BatchReceipt { Received = 0 }, repaired: true, cancellationToken);
            row = await synchronizer.SynchronizeAsync(session, cancellationToken);
        }

        return session.Row ?? await synchronizer.SynchronizeAsync(session, cancellationToken);
    }

    /// <summary>What comes next according to the hub; null where the read proved nothing, or the hub is another one (then the row is forgotten).</summary>
    private async Task<DeliveryRun?> ReadGapAsync(
        PartitionSession session, PartitionProgress row, long? next, CancellationToken cancellationToken)
    {
        var read = await hubLog.ReadAsync(session.Partition, row.Durable + 1, row.Offset, options.RepairBatchSize, cancellationToken);
        var hub = await synchronizer.HubStateAsync(session, cancellationToken);
        if (decisions.OnHub(row, hub) is not RowDecision.Use)
        {
            session.Forget();
            return null;
        }

        var events = read as IncomingEvent[] ?? [.. read];
        var gap = decisions.OnGap(row, next, events, hub);
        if (gap.ProvesNothing)
        {
            return null;
        }

        if (gap.Absent is { } absent)
        {
            logger.RangeAbsent(session.Partition, absent.First, absent.Last);
        }

        return new DeliveryRun(session.Partition, row, events.AsMemory(0, gap.ReadCount), gap.Absent);
    }
}
