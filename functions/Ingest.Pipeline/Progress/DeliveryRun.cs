using System.Collections.Immutable;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>A range of sequence numbers that the hub provably no longer has.</summary>
public readonly record struct AbsentRange(long First, long Last)
{
    public long Count => Last - First + 1;
}

/// <summary>What one commit is to cover: an absent range, then contiguous events; at least one of the two.</summary>
/// <param name="Row">The row the commit builds on.</param>
/// <param name="Events">Contiguous, beginning right after the absent range, or at <c>Durable</c> + 1.</param>
public sealed record DeliveryRun(PartitionId Partition, PartitionProgress Row, ReadOnlyMemory<IncomingEvent> Events, AbsentRange? Absent)
{
    /// <summary>First sequence number of the commit.</summary>
    public long First => Absent?.First ?? Events.Span[0].SequenceNumber;
}

/// <summary>What a run became: invisible segments, and rows in tables.</summary>
/// <param name="EventCount">How many of the run's events are covered; fewer than all where the commit would name too many segments.</param>
/// <param name="Segments">Full paths of all staged segments.</param>
/// <param name="Counts">Records of this commit alone.</param>
public sealed record StagedRun(int EventCount, ImmutableArray<string> Segments, ProgressTotals Counts)
{
    /// <summary>Called once when the run is durable: what was staged and then overtaken must not be counted.</summary>
    public Action OnCommitted { get; init; } = static () => { };

    /// <summary>Called once when everything of the commit has become visible.</summary>
    public Action OnPublished { get; init; } = static () => { };
}

/// <summary>Routes, decodes, validates, enriches, stages and writes tables. Throws when the world is bad; then nothing of it is visible in the lake.</summary>
public delegate Task<StagedRun> StageRun(DeliveryRun run, CancellationToken cancellationToken);
