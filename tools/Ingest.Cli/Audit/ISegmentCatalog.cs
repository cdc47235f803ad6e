using Ingest.Storage.Lake;

namespace Ingest.Cli.Audit;

/// <summary>The visible segments of lake and quarantine. Calls may run in parallel. Throws when the store is unavailable.</summary>
public interface ISegmentCatalog
{
    /// <summary>All visible segments, in no particular order.</summary>
    Task<IReadOnlyList<VisibleSegment>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads the origin columns of one segment, with ids and times where they are wanted; never a payload.</summary>
    Task<SegmentRecords> ReadAsync(VisibleSegment segment, CancellationToken cancellationToken);
}

/// <summary>What the origin columns of one segment say.</summary>
/// <param name="Records">Position of each record; a quarantine segment's without its absent ranges.</param>
/// <param name="Absent">Ranges recorded as lost upstream.</param>
/// <param name="IsQuarantine">Whether the records are refused ones.</param>
public sealed record SegmentRecords(RecordPosition[] Records, IReadOnlyList<SequenceRange> Absent, bool IsQuarantine)
{
    /// <summary>Whether the records stand in the order of the log; false where the stream sorts its segments by columns of its own.</summary>
    public bool KeepsLogOrder { get; init; } = true;

    /// <summary>The id of each record, in the order of <see cref="Records"/>; empty for quarantine, and where ids are not read.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>When the event of each record was enqueued, in the order of <see cref="Records"/>; empty where that is not read.</summary>
    public IReadOnlyList<long> EnqueuedUnixMs { get; init; } = [];

    /// <summary>Records whose position does not ascend over the one before.</summary>
    public int OutOfOrder
    {
        get
        {
            var count = 0;
            for (var i = 1; KeepsLogOrder && i < Records.Length; i++)
            {
                count += Records[i].CompareTo(Records[i - 1]) <= 0 ? 1 : 0;
            }

            return count;
        }
    }
}
