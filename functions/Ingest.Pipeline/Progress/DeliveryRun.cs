using System.Collections.Immutable;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>
/// What one commit is to cover: ranges that the hub provably no longer has, then contiguous events; at least one of the two,
/// unless everything of a <see cref="Makeup"/> is at rest already.
/// </summary>
/// <param name="Row">The row the commit builds on.</param>
/// <param name="Events">Contiguous, behind every absent range.</param>
/// <param name="Absent">Ascending.</param>
public sealed record DeliveryRun(PartitionId Partition, PartitionProgress Row, ReadOnlyMemory<IncomingEvent> Events, ImmutableArray<EventRange> Absent)
{
    /// <summary>The range at or below <c>Durable</c> that this run brings to rest after all; null for a run that moves <c>Durable</c> on.</summary>
    public Makeup? Makeup { get; init; }

    /// <summary>Records that lake or quarantine hold already and that must not be written again.</summary>
    public IReadOnlySet<RecordPlace> Held { get; init; } = ImmutableHashSet<RecordPlace>.Empty;

    /// <summary>First sequence number of the commit.</summary>
    public long First => Makeup?.Range.First ?? (Absent.IsEmpty ? Events.Span[0].SequenceNumber : Absent[0].First);

    public long AbsentCount => Absent.Sum(range => range.Count);

    /// <summary>Last sequence number of a commit that covers so many of the events.</summary>
    public long LastOf(int eventCount) =>
        eventCount > 0 ? Events.Span[eventCount - 1].SequenceNumber
        : Makeup is { } makeup ? makeup.Examined
        : Absent[^1].Last;
}

/// <summary>Events at or below <c>Durable</c> that are not at rest: their segment expired, or an operator skipped them.</summary>
/// <param name="Range">What is still to be done.</param>
/// <param name="Expired">The widest of the expired segments; null for a range that was skipped.</param>
public sealed record Makeup(EventRange Range, SegmentName? Expired)
{
    /// <summary>Last number that a read of the hub has accounted for, where it brought no event.</summary>
    public long Examined { get; init; }
}

/// <summary>What a run became: invisible segments, and rows in tables.</summary>
/// <param name="EventCount">How many of the run's events are covered; fewer than all where the commit would name too many segments.</param>
/// <param name="Segments">Full paths of all staged segments.</param>
/// <param name="Counts">Records of this commit alone.</param>
public sealed record StagedRun(int EventCount, ImmutableArray<string> Segments, ProgressTotals Counts)
{
    /// <summary>Called once when the run is durable: what was staged and then overtaken must not be counted.</summary>
    public Action OnCommitted { get; init; } = static () => { };
}

/// <summary>Routes, decodes, validates, enriches, stages and writes tables. Throws when the world is bad; then nothing of it is visible in the lake.</summary>
public delegate Task<StagedRun> StageRun(DeliveryRun run, CancellationToken cancellationToken);
