using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Brings what this instance remembers of a partition in line with the stores: the row, the hub's identity, what is pending.</summary>
internal sealed class ProgressSynchronizer(
    DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, IHubLog hubLog, DeliveryOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Step 1: the row, with everything that it names as pending published, of the hub that is there now.</summary>
    public async Task<PartitionProgress> SynchronizeAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        for (var readsAgain = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RowDecision decision;
            if (session.Row is not { } row)
            {
                decision = await ReadRowAsync(session, cancellationToken);
            }
            else if (!session.Published)
            {
                await PublishAsync(session, row, cancellationToken);
                logger.PublishedPending(session.Partition, row.Pending.Length);
                continue;
            }
            else if (time.GetElapsedTime(session.HubCheckedAt) < options.HubCheckInterval)
            {
                return row;
            }
            else
            {
                decision = decisions.OnHub(row, await HubStateAsync(session, cancellationToken));
            }

            switch (decision)
            {
                case RowDecision.Use(var used):
                    session.Remember(used, published: session.Row is not null || used.Pending.IsEmpty);
                    break;
                case RowDecision.Insert(var first):
                    session.RememberOrForget(await progress.TryInsertAsync(session.Partition, first, cancellationToken));
                    if (session.Row is not null)
                    {
                        logger.FirstRow(session.Partition, first.Durable);
                    }

                    break;
                case RowDecision.BeginEpoch(var next):
                    await BeginEpochAsync(session, next, cancellationToken);
                    break;
                case RowDecision.ReadAgain when ++readsAgain > options.ReadsAgain:
                    throw new PartitionHeldException(
                        $"{session.Partition}: the hub's creation time lies before the one in the progress row, {options.ReadsAgain} times in a row.", needsOperator: true);
                case RowDecision.ReadAgain:
                    session.Forget();
                    break;
                case RowDecision.Hold(var reason):
                    throw new PartitionHeldException($"{session.Partition} is held: {reason}. docs/delivery.md says what to do.", needsOperator: true);
            }
        }
    }

    private async Task<RowDecision> ReadRowAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        // The first read only says from which hour to list; the row that counts is read after the listing, because a commit
        // that is published between the two would otherwise look like a lost row.
        var hint = await progress.ReadAsync(session.Partition, cancellationToken);
        var lastVisible = await segments.FindLastVisibleAsync(session.Partition, decisions.ListFromHour(hint), cancellationToken);
        var row = await progress.ReadAsync(session.Partition, cancellationToken);
        var hub = await HubStateAsync(session, cancellationToken);
        var decision = decisions.OnRow(row, lastVisible, hub, options.Start);
        if (decision is RowDecision.BeginEpoch)
        {
            session.Remember(row!, published: row!.Pending.IsEmpty);
        }

        return decision;
    }

    private async Task BeginEpochAsync(PartitionSession session, PartitionProgress next, CancellationToken cancellationToken)
    {
        if (!session.Published)
        {
            await PublishAsync(session, session.Row!, cancellationToken);
        }

        session.RememberOrForget(await progress.TryReplaceAsync(session.Partition, next, cancellationToken));
        if (session.Row is not null)
        {
            logger.EpochBegun(session.Partition, next.Epoch, next.Durable);
        }
    }

    /// <summary>The hub as it is now; asked after whatever is judged by it.</summary>
    public async Task<HubState> HubStateAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var state = await hubLog.GetStateAsync(session.Partition, cancellationToken);
        session.HubChecked(asked);
        return state;
    }

    /// <summary>Step 6: makes visible what the row names as pending.</summary>
    public async Task PublishAsync(PartitionSession session, PartitionProgress row, CancellationToken cancellationToken)
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
}
