using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Steps 4 to 6 of the protocol: stage, commit, publish.</summary>
internal sealed class RunCommitter(DeliveryDecisions decisions, IProgressStore progress, ISegmentStore segments, TimeProvider time, ILogger logger)
{
    // Many times what publishing takes, and well below the grace of any host (5 to 30 seconds): a function that outlasts it costs the process.
    private static readonly TimeSpan PublishGrace = TimeSpan.FromSeconds(4);

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

        if (await PublishCommittedAsync(session, cancellationToken) is null)
        {
            staged.OnPublished();
        }

        return staged;
    }

    // Committed is committed: the host's wish to stop must not leave it invisible for longer than necessary, and no silent storage may keep the
    // host from stopping. What stays pending, whoever comes next publishes.
    private async Task<Makeup?> PublishCommittedAsync(PartitionSession session, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var cancelled = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelAfter(PublishGrace), patience);
        return await PublishAsync(session, session.Memory.Row!, patience.Token);
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
