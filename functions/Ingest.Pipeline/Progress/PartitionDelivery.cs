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
                var row = await SynchronizeAsync(session, batch.Partition, cancellationToken);
                switch (decisions.OnBatch(row, batch.Events.Span))
                {
                    case BatchDecision.Nothing:
                        await ResumeAsync(session, batch.Partition);
                        return Close(receipt, row, batch);
                    case BatchDecision.Process(var start, var count):
                        var run = new DeliveryRun(batch.Partition, row, batch.Events.Slice(start, count), null);
                        receipt = await CommitAsync(session, run, stage, receipt, repaired: false, cancellationToken);
                        break;
                    case BatchDecision.Repair(var start):
                        receipt = await RepairAsync(session, batch.Partition, row, batch.Events.Span[start].SequenceNumber, stage, receipt, cancellationToken);
                        break;
                }
            }
        }
        catch (Exception exception)
        {
            session.Forget();
            await NoteHoldAsync(session, batch.Partition, exception);
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

            var row = await SynchronizeAsync(session, partition, cancellationToken);
            if (session.StandsStill(row, time) >= options.TailRepairAfter)
            {
                row = await RepairTailAsync(session, partition, row, stage, cancellationToken);
            }

            // Emptying the list changes the row's ETag, which makes a busy owner elsewhere read again: only where nothing moved since the last sweep.
            if (!row.Pending.IsEmpty && idle?.ETag == row.ETag)
            {
                Remember(session, await progress.TryReplaceAsync(partition, decisions.OnPublished(row), cancellationToken), published: true);
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

    private PartitionSession SessionOf(PartitionId partition) => sessions.GetOrAdd(partition, static _ => new PartitionSession());

    /// <summary>Step 1: the row, with everything that it names as pending published, of the hub that is there now.</summary>
    private async Task<PartitionProgress> SynchronizeAsync(PartitionSession session, PartitionId partition, CancellationToken cancellationToken)
    {
        for (var readsAgain = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RowDecision decision;
            if (session.Row is not { } row)
            {
                decision = await ReadRowAsync(session, partition, cancellationToken);
            }
            else if (!session.Published)
            {
                await PublishAsync(session, row, cancellationToken);
                logger.PublishedPending(partition, row.Pending.Length);
                continue;
            }
            else if (time.GetElapsedTime(session.HubCheckedAt) < options.HubCheckInterval)
            {
                return row;
            }
            else
            {
                decision = decisions.OnHub(row, await HubStateAsync(session, partition, cancellationToken));
            }

            switch (decision)
            {
                case RowDecision.Use(var used):
                    session.Remember(used, published: session.Row is not null || used.Pending.IsEmpty);
                    break;
                case RowDecision.Insert(var first):
                    Remember(session, await progress.TryInsertAsync(partition, first, cancellationToken), published: true);
                    if (session.Row is not null)
                    {
                        logger.FirstRow(partition, first.Durable);
                    }

                    break;
                case RowDecision.BeginEpoch(var next):
                    await BeginEpochAsync(session, partition, next, cancellationToken);
                    break;
                case RowDecision.ReadAgain when ++readsAgain > options.ReadsAgain:
                    throw new PartitionHeldException(
                        $"{partition}: the hub's creation time lies before the one in the progress row, {options.ReadsAgain} times in a row.", needsOperator: true);
                case RowDecision.ReadAgain:
                    session.Forget();
                    break;
                case RowDecision.Hold(var reason):
                    throw new PartitionHeldException($"{partition} is held: {reason}. Run 'ingest progress rebuild'.", needsOperator: true);
            }
        }
    }

    private async Task<RowDecision> ReadRowAsync(PartitionSession session, PartitionId partition, CancellationToken cancellationToken)
    {
        // The first read only says from which hour to list; the row that counts is read after the listing, because a commit
        // that is published between the two would otherwise look like a lost row.
        var hint = await progress.ReadAsync(partition, cancellationToken);
        var lastVisible = await segments.FindLastVisibleAsync(partition, decisions.ListFromHour(hint), cancellationToken);
        var row = await progress.ReadAsync(partition, cancellationToken);
        var hub = await HubStateAsync(session, partition, cancellationToken);
        var decision = decisions.OnRow(row, lastVisible, hub, options.Start);
        if (decision is RowDecision.BeginEpoch)
        {
            session.Remember(row!, published: row!.Pending.IsEmpty);
        }

        return decision;
    }

    private async Task BeginEpochAsync(PartitionSession session, PartitionId partition, PartitionProgress next, CancellationToken cancellationToken)
    {
        if (!session.Published)
        {
            await PublishAsync(session, session.Row!, cancellationToken);
        }

        Remember(session, await progress.TryReplaceAsync(partition, next, cancellationToken), published: true);
        if (session.Row is not null)
        {
            logger.EpochBegun(partition, next.Epoch, next.Durable);
        }
    }

    private async Task<HubState> HubStateAsync(PartitionSession session, PartitionId partition, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var state = await hubLog.GetStateAsync(partition, cancellationToken);
        session.HubChecked(asked);
        return state;
    }

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
        await PublishAsync(session, stored, CancellationToken.None);
        return receipt.Add(run, staged, repaired);
    }

    private async Task<BatchReceipt> RepairAsync(
        PartitionSession session, PartitionId partition, PartitionProgress row, long next, StageRun stage, BatchReceipt receipt, CancellationToken cancellationToken)
    {
        logger.GapFound(partition, row.Durable + 1, next - 1);
        for (var attempt = 0; attempt < options.RepairReads; attempt++)
        {
            if (await ReadGapAsync(session, partition, row, next, cancellationToken) is { } run)
            {
                return await CommitAsync(session, run, stage, receipt, repaired: true, cancellationToken);
            }

            if (session.Row is null)
            {
                return receipt; // The hub is another one; the caller reads the row again.
            }
        }

        throw new PartitionHeldException(
            $"{partition}: {options.RepairReads} reads of the missing events from {row.Durable + 1} to {next - 1} came back empty.", needsOperator: false);
    }

    /// <summary>The host moved on past events that were never committed, and nothing may follow that would show it.</summary>
    private async Task<PartitionProgress> RepairTailAsync(
        PartitionSession session, PartitionId partition, PartitionProgress row, StageRun stage, CancellationToken cancellationToken)
    {
        while ((await HubStateAsync(session, partition, cancellationToken)) is var hub
            && Math.Max(hub.LastSequence, hub.BeginningSequence - 1) > row.Durable
            && await ReadGapAsync(session, partition, row, next: null, cancellationToken) is { } run)
        {
            logger.TailRepaired(partition, run.First, run.Absent?.Count ?? 0, run.Events.Length);
            await CommitAsync(session, run, stage, new BatchReceipt { Received = 0 }, repaired: true, cancellationToken);
            row = await SynchronizeAsync(session, partition, cancellationToken);
        }

        return session.Row ?? await SynchronizeAsync(session, partition, cancellationToken);
    }

    /// <summary>What comes next according to the hub; null where the read proved nothing, or the hub is another one (then the row is forgotten).</summary>
    private async Task<DeliveryRun?> ReadGapAsync(
        PartitionSession session, PartitionId partition, PartitionProgress row, long? next, CancellationToken cancellationToken)
    {
        var read = await hubLog.ReadAsync(partition, row.Durable + 1, row.Offset, options.RepairBatchSize, cancellationToken);
        var hub = await HubStateAsync(session, partition, cancellationToken);
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
            logger.RangeAbsent(partition, absent.First, absent.Last);
        }

        return new DeliveryRun(partition, row, events.AsMemory(0, gap.ReadCount), gap.Absent);
    }

    private async Task PublishAsync(PartitionSession session, PartitionProgress row, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(row.Pending.Select(path => segments.PublishAsync(path, cancellationToken)));
        var expired = Array.IndexOf(outcomes, PublishOutcome.Expired);
        if (expired >= 0)
        {
            throw new PartitionHeldException(
                $"the committed segment {row.Pending[expired]} was not published within the week that Blob Storage keeps staged blocks.", needsOperator: true);
        }

        session.PublishedAll();
    }

    private static void Remember(PartitionSession session, PartitionProgress? stored, bool published)
    {
        if (stored is null)
        {
            session.Forget();
        }
        else
        {
            session.Remember(stored, published);
        }
    }

    private async Task NoteHoldAsync(PartitionSession session, PartitionId partition, Exception exception)
    {
        if (exception is not PartitionHeldException || session.Hold == exception.Message)
        {
            return;
        }

        session.Hold = exception.Message;
        logger.Held(partition, exception.Message);
        try
        {
            await progress.SetHoldAsync(partition, exception.Message, CancellationToken.None);
        }
        catch (Exception noteFailed)
        {
            // The exception that holds the partition matters more than the note about it.
            logger.AttemptFailed(noteFailed, partition);
        }
    }

    private async Task ResumeAsync(PartitionSession session, PartitionId partition)
    {
        if (session.Hold is null)
        {
            return;
        }

        session.Hold = null;
        logger.Resumed(partition);
        await progress.SetHoldAsync(partition, null, CancellationToken.None);
    }
}
