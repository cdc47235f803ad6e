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
public sealed class PartitionDelivery
{
    private readonly ConcurrentDictionary<PartitionId, PartitionSession> sessions = new();
    private readonly DeliveryDecisions decisions;
    private readonly RunCommitter committer;
    private readonly ProgressSynchronizer synchronizer;
    private readonly HubReads hub;
    private readonly GapRepair gaps;
    private readonly PartitionSweep sweep;
    private readonly HoldNotes holds;
    private readonly ILogger<PartitionDelivery> logger;

    public PartitionDelivery(
        DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, IHubLog hubLog,
        DeliveryOptions options, TimeProvider time, ILogger<PartitionDelivery> logger)
    {
        (this.decisions, this.logger) = (decisions, logger);
        hub = new HubReads(hubLog, options, time);
        committer = new RunCommitter(decisions, progress, segments, time, logger);
        gaps = new GapRepair(decisions, hub, options, logger);
        var makeups = new MakeupRepair(decisions, segments, hub, committer, options, logger);
        synchronizer = new ProgressSynchronizer(decisions, progress, segments, hub, committer, makeups, options, logger);
        sweep = new PartitionSweep(decisions, progress, segments, hub, synchronizer, committer, gaps, makeups, options, time, logger);
        holds = new HoldNotes(progress, time, logger);
    }

    /// <summary>Makes every event of the batch durable, and every missing one before it.</summary>
    public Task<BatchReceipt> DeliverAsync(EventBatch batch, StageRun stage, CancellationToken cancellationToken) =>
        GuardedAsync(batch.Partition, Timeout.InfiniteTimeSpan, session => DeliverAsync(session, batch, stage, cancellationToken), cancellationToken)!;

    /// <summary>
    /// Publishes what is pending of a partition that may be idle, empties the row's list once all of it is visible, fetches
    /// what the host or an operator has skipped. Null where a batch is in flight here: it does all that by itself.
    /// </summary>
    public Task<PartitionStanding?> SweepAsync(PartitionId partition, StageRun stage, CancellationToken cancellationToken) =>
        GuardedAsync(partition, TimeSpan.Zero, async session =>
        {
            var standing = await sweep.RunAsync(session, stage, cancellationToken);
            await holds.ResumedAsync(session);
            return standing;
        }, cancellationToken);

    /// <summary>Where the partition stands, as row and hub say; changes nothing and waits for nobody.</summary>
    public Task<PartitionStanding> StandingAsync(PartitionId partition, CancellationToken cancellationToken) =>
        sweep.StandingAsync(partition, cancellationToken);

    private async Task<BatchReceipt> DeliverAsync(PartitionSession session, EventBatch batch, StageRun stage, CancellationToken cancellationToken)
    {
        var receipt = new BatchReceipt { Received = batch.Count };
        for (var isTrusted = false; ;)
        {
            var row = await synchronizer.SynchronizeAsync(session, stage, cancellationToken);
            switch (decisions.OnBatch(row, batch.Events.Span, isTrusted))
            {
                case BatchDecision.Nothing:
                    await holds.ResumedAsync(session);
                    return Close(receipt, row, batch);
                case BatchDecision.Doubt:
                    isTrusted = await ResolveAsync(session, row, batch, stage, cancellationToken);
                    break;
                case BatchDecision.Process(var start, var count):
                    var run = new DeliveryRun(batch.Partition, row, batch.Events.Slice(start, count), []);
                    receipt = await CommitAsync(session, run, stage, receipt, repaired: false, cancellationToken);
                    break;
                case BatchDecision.Repair(var start):
                    var next = batch.Events.Span[start].SequenceNumber;
                    logger.GapFound(session.Partition, row.Durable + 1, next - 1);
                    if (await gaps.ReadAsync(session, row, next, cancellationToken) is { } missing)
                    {
                        receipt = await CommitAsync(session, missing, stage, receipt, repaired: true, cancellationToken);
                    }

                    break;
            }
        }
    }

    private async Task<bool> ResolveAsync(PartitionSession session, PartitionProgress row, EventBatch batch, StageRun stage, CancellationToken cancellationToken)
    {
        var state = await hub.StateAsync(session, cancellationToken);
        var decision = decisions.OnDoubt(row, batch.Events.Span, state);
        await synchronizer.ApplyAsync(session, decision, stage, cancellationToken);
        return decision is RowDecision.Use;
    }

    private async Task<BatchReceipt> CommitAsync(
        PartitionSession session, DeliveryRun run, StageRun stage, BatchReceipt receipt, bool repaired, CancellationToken cancellationToken) =>
        await committer.CommitAsync(session, run, stage, cancellationToken) is { } staged ? receipt.Add(run, staged, repaired) : receipt;

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

    private async Task<T?> GuardedAsync<T>(PartitionId partition, TimeSpan patience, Func<PartitionSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var session = sessions.GetOrAdd(partition, static id => new PartitionSession(id));
        if (!await session.Gate.WaitAsync(patience, cancellationToken))
        {
            return default;
        }

        StoreWait.Listen(reason => holds.Waits(session, reason));
        try
        {
            return await work(session);
        }
        catch (Exception exception)
        {
            session.Memory = decisions.OnFailure(session.Memory);
            if (exception is PartitionHeldException held)
            {
                await holds.HeldAsync(session, held);
            }
            else if (exception is not OperationCanceledException)
            {
                holds.Waits(session, exception.Message.ReplaceLineEndings(" "));
            }

            throw;
        }
        finally
        {
            session.Gate.Release();
        }
    }
}
