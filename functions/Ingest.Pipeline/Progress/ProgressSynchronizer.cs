using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Brings what this instance remembers of a partition in line with the stores: the row, the hub's identity, what is pending.</summary>
internal sealed class ProgressSynchronizer(
    DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, HubReads hub, RunCommitter committer, MakeupRepair makeups,
    DeliveryOptions options, ILogger logger)
{
    /// <summary>Step 1: the row, with everything that it names as pending published, of the hub that is there now.</summary>
    public async Task<PartitionProgress> SynchronizeAsync(PartitionSession session, StageRun stage, CancellationToken cancellationToken)
    {
        for (var readsAgain = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var decision = session.Memory.Row is null
                ? await ReadRowAsync(session, cancellationToken)
                : decisions.OnMemory(session.Memory, await hub.KnownStateAsync(session, cancellationToken));
            switch (decision)
            {
                case RowDecision.Use(var row):
                    return row;
                case RowDecision.ReadAgain when ++readsAgain > options.ReadsAgain:
                    throw new PartitionHeldException(
                        $"{session.Partition}: the hub's creation time lies before the one in the progress row, {options.ReadsAgain} times in a row.", needsOperator: true);
                default:
                    await ApplyAsync(session, decision, stage, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Does what was decided, which leaves the memory with another row or without any.</summary>
    /// <exception cref="PartitionHeldException">It was decided to hold.</exception>
    public async Task ApplyAsync(PartitionSession session, RowDecision decision, StageRun stage, CancellationToken cancellationToken)
    {
        switch (decision)
        {
            case RowDecision.Publish(var row):
                if (await committer.PublishAsync(session, row, cancellationToken) is { } expired)
                {
                    await makeups.RunAsync(session, row, expired, stage, cancellationToken);
                }
                else
                {
                    logger.PublishedPending(session.Partition, row.Pending.Length);
                }

                break;
            case RowDecision.Insert(var first):
                var inserted = await progress.TryInsertAsync(session.Partition, first, cancellationToken);
                session.Memory = inserted is null ? RowMemory.Nothing : decisions.OnStored(inserted);
                if (inserted is not null)
                {
                    logger.FirstRow(session.Partition, first.Durable);
                }

                break;
            case RowDecision.BeginEpoch(var next):
                var skipped = session.Memory.Row?.Skipped ?? [];
                if (await committer.StoreAsync(session, next, cancellationToken))
                {
                    logger.EpochBegun(session.Partition, next.Epoch, next.Durable);
                    foreach (var range in skipped)
                    {
                        logger.RangeAbsent(session.Partition, range.First, range.Last);
                    }
                }

                break;
            case RowDecision.ReadAgain:
                session.Forget();
                break;
            case RowDecision.Hold(var reason):
                throw new PartitionHeldException($"{session.Partition} is held: {reason}. docs/delivery.md says what to do.", needsOperator: true);
        }
    }

    private async Task<RowDecision> ReadRowAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        // The hub is asked after the events at hand were received, which is all that its answer must be younger than.
        var asking = hub.StateAsync(session, cancellationToken);
        var reading = ReadRowsAsync(session, cancellationToken);
        await Task.WhenAll(asking, reading);
        var (reads, state) = (await reading, await asking);
        if (decisions.OnRow(reads, state, options.Start) is { } decision)
        {
            return decision;
        }

        session.Memory = decisions.OnRead(reads.Row!);
        return decisions.OnMemory(session.Memory, state);
    }

    private async Task<RowReads> ReadRowsAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        // Attempt after attempt may fail against a storage that can hardly answer, and a listing is the dearest thing to ask of it.
        // Otherwise the first read only says from which hour to list; the row that counts is read after the listing, because a commit
        // that is published between the two would otherwise look like a lost row.
        var hint = await progress.ReadAsync(session.Partition, cancellationToken);
        if (decisions.IsConfirmed(hint, session.Confirmed))
        {
            return new RowReads(hint, LastVisible: null, hint);
        }

        var lastVisible = await segments.FindLastVisibleAsync(session.Partition, decisions.ListFromHour(hint), cancellationToken);
        return new RowReads(hint, lastVisible, await progress.ReadAsync(session.Partition, cancellationToken));
    }
}
