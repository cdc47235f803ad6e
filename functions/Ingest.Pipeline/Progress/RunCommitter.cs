using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Steps 4 to 6 of the protocol: stage, commit, publish.</summary>
internal sealed class RunCommitter(DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, ILogger logger)
{
    /// <summary>Null where somebody else was faster; the caller reads the row again.</summary>
    public async Task<StagedRun?> CommitAsync(PartitionSession session, DeliveryRun run, StageRun stage, CancellationToken cancellationToken)
    {
        var staged = await stage(run, cancellationToken);
        if (!await StoreAsync(session, decisions.OnStaged(run, staged), cancellationToken))
        {
            logger.Overtaken(run.Partition);
            return null;
        }

        staged.OnCommitted();

        // Committed is committed: the host's wish to stop must not leave it invisible for longer than necessary.
        await PublishAsync(session, session.Memory.Row!, CancellationToken.None);
        return staged;
    }

    /// <summary>Replaces the row, or forgets it and answers false where somebody else did.</summary>
    public async Task<bool> StoreAsync(PartitionSession session, PartitionProgress row, CancellationToken cancellationToken)
    {
        var stored = await progress.TryReplaceAsync(session.Partition, row, cancellationToken);
        session.Memory = stored is null ? RowMemory.Nothing : decisions.OnStored(stored);
        return stored is not null;
    }

    /// <summary>Makes visible what the row names as pending; answers what has expired and must be brought to rest again.</summary>
    public async Task<Makeup?> PublishAsync(PartitionSession session, PartitionProgress row, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(row.Pending.Select(path => segments.PublishAsync(path, cancellationToken)));
        var expired = decisions.OnOutcomes(row, outcomes);
        if (expired is null)
        {
            session.Memory = new RowMemory(row, Published: true);
        }

        return expired;
    }
}
