using System.Collections.Immutable;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>The progress row of one partition: the single commit point of lake and quarantine.</summary>
public sealed record PartitionProgress
{
    public const int CurrentFormat = 1;

    /// <summary>Sequence number up to which every event is committed; −1 before the first.</summary>
    public required long Durable { get; init; }

    /// <summary>Offset of the last durable event; null where none is known.</summary>
    public string? Offset { get; init; }

    /// <summary>Full paths of the segments of the last commit, published or not.</summary>
    public ImmutableArray<string> Pending { get; init; } = [];

    /// <summary>Highest enqueued time of any committed event, Unix milliseconds; 0 before the first.</summary>
    public long EnqueuedMax { get; init; }

    /// <summary>Incarnation of the hub, from 1.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>Creation time of the hub, Unix milliseconds.</summary>
    public required long HubCreated { get; init; }

    /// <summary>Running totals over all commits.</summary>
    public ProgressTotals Totals { get; init; } = new(0, 0, 0, 0);

    /// <summary>Ranges at or below <see cref="Durable"/> that an operator skipped and the sweeper still has to fetch, ascending.</summary>
    public ImmutableArray<EventRange> Skipped { get; init; } = [];

    /// <summary>When the row was last written, by the store's clock; null where that is not known.</summary>
    public DateTimeOffset? WrittenAt { get; init; }

    /// <summary>Guards the next conditional write; null for a row that was never stored.</summary>
    public string? ETag { get; init; }
}

/// <summary>Records written, quarantined, filtered by rule, and sequence numbers recorded as absent upstream.</summary>
public sealed record ProgressTotals(long Written, long Quarantined, long Filtered, long Absent)
{
    public ProgressTotals Add(ProgressTotals other) =>
        new(Written + other.Written, Quarantined + other.Quarantined, Filtered + other.Filtered, Absent + other.Absent);
}
