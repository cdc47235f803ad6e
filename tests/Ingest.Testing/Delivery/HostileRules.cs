using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Testing.Delivery;

/// <summary>
/// The rules of the protocol that a hostile world plays by: production's decisions, and what stands in for the rooms around
/// them. A deliberate mistake replaces one of them.
/// </summary>
public class HostileRules
{
    /// <summary>64 in the product.</summary>
    public const int SegmentCap = 4;

    public DeliveryDecisions Decisions { get; init; } = new();

    /// <summary>What keeps two attempts' names apart.</summary>
    public virtual int AttemptOf(int attempt) => attempt;

    public virtual bool IsCut(int segments) => segments > SegmentCap;

    /// <summary>What happens to a segment right after it is staged, and to all of them right before the commit.</summary>
    public virtual Task AfterStageAsync(InMemorySegmentStore segments, string path) => Task.CompletedTask;

    public virtual Task BeforeCommitAsync(InMemorySegmentStore segments, IEnumerable<string> paths) => Task.CompletedTask;

    public virtual bool WritesTablesBeforeCommit => true;

    /// <summary>Whether the record replaces what its <c>latest</c> row holds.</summary>
    public virtual bool IsNewer(LatestOrder record, LatestOrder? stored) => stored is null || record.CompareTo(stored.Value) >= 0;

    /// <summary>Whether a row that was compared may be written, given what it holds by then.</summary>
    public virtual bool MatchesETag(LatestOrder? compared, LatestOrder? stored) => compared == stored;

    /// <summary>Lifecycle rules and compaction leave alone every segment whose last number reaches into the range of a pending one.</summary>
    public virtual bool MayCompact(SegmentName segment, PartitionProgress? row) => !(row?.Pending ?? []).Select(SegmentName.TryParse)
        .Any(pending => pending!.Epoch == segment.Epoch && pending.First <= segment.Last);
}

/// <summary>The total order of <c>latest</c>.</summary>
public readonly record struct LatestOrder(long Time, long Enqueued, long Sequence, int Index) : IComparable<LatestOrder>
{
    public int CompareTo(LatestOrder other) => (Time, Enqueued, Sequence, Index).CompareTo((other.Time, other.Enqueued, other.Sequence, other.Index));
}
