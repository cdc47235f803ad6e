using System.Text.Json.Serialization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Cli.Audit;

/// <summary>The counts of one partition and epoch, or of all together; units as in every JSON of the command line.</summary>
public record AuditCounts
{
    /// <summary>Events committed.</summary>
    public long Received { get; init; }

    /// <summary>Records in the lake.</summary>
    public long Written { get; init; }

    /// <summary>Records in quarantine, ranges recorded as absent not counted.</summary>
    public long Quarantined { get; init; }

    /// <summary>Records that a rule left out, by the progress row's totals.</summary>
    public long Filtered { get; init; }

    /// <summary>Sequence numbers recorded as lost upstream.</summary>
    public long Absent { get; init; }

    public long Missing { get; init; }

    public long Duplicates { get; init; }

    /// <summary>Records that do not ascend inside their segment.</summary>
    public long OutOfOrder { get; init; }

    /// <summary>Segments committed and not yet published.</summary>
    public long Pending { get; init; }

    /// <summary>Ranges of sequence numbers without records, missing or recorded as absent.</summary>
    public long Gaps { get; init; }

    /// <summary>Visible segments that no commit covers.</summary>
    public long Uncommitted { get; init; }

    /// <summary>Events that the hub holds beyond the durable one; null: the hub was not at hand.</summary>
    public long? Behind { get; init; }

    public static AuditCounts Sum(IEnumerable<AuditCounts> parts) => parts.Aggregate(new AuditCounts(), (a, b) => new AuditCounts
    {
        Received = a.Received + b.Received,
        Written = a.Written + b.Written,
        Quarantined = a.Quarantined + b.Quarantined,
        Filtered = a.Filtered + b.Filtered,
        Absent = a.Absent + b.Absent,
        Missing = a.Missing + b.Missing,
        Duplicates = a.Duplicates + b.Duplicates,
        OutOfOrder = a.OutOfOrder + b.OutOfOrder,
        Pending = a.Pending + b.Pending,
        Gaps = a.Gaps + b.Gaps,
        Uncommitted = a.Uncommitted + b.Uncommitted,
        Behind = b.Behind is null ? a.Behind : (a.Behind ?? 0) + b.Behind,
    });
}

/// <summary>One partition and epoch.</summary>
public sealed record PartitionAudit : AuditCounts
{
    [JsonPropertyOrder(-5)]
    public required string Hub { get; init; }

    [JsonPropertyOrder(-4)]
    public required int Partition { get; init; }

    [JsonPropertyOrder(-3)]
    public required int Epoch { get; init; }

    /// <summary>First sequence number judged.</summary>
    [JsonPropertyOrder(-2)]
    public required long First { get; init; }

    /// <summary>Last sequence number judged: the progress row's, or the last one found where no row speaks for the epoch.</summary>
    [JsonPropertyOrder(-1)]
    public required long Durable { get; init; }

    /// <summary>The missing numbers as text, at most ten ranges and "…" for more; null where nothing is missing.</summary>
    public string? MissingRanges { get; init; }
}

/// <summary>The answer of <c>ingest audit</c>.</summary>
public sealed record AuditReport(AuditCounts Total, IReadOnlyList<PartitionAudit> Partitions)
{
    /// <summary>Every hub that the audit met or the settings name, in order.</summary>
    [JsonIgnore]
    public IReadOnlyList<HubTail> Tails { get; init; } = [];

    /// <summary>Those whose tails were not judged; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? TailsNotJudged => Tails.All(tail => tail.Judged) ? null : [.. Tails.Where(tail => !tail.Judged).Select(tail => tail.Hub)];

    /// <summary>Stream → records beyond the first of their id; null: not asked. No mistake of the app's: most are a producer's own retries.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? DuplicateIds { get; init; }

    /// <summary>Whether something pending waits for longer than the sweeper needs.</summary>
    [JsonIgnore]
    public bool PendingIsStuck { get; init; }

    /// <summary>Whether producers are said to have stopped, and yet nobody knows what some hub holds beyond the last commit.</summary>
    [JsonIgnore]
    public bool IsEndUnknown { get; init; }

    /// <summary>Everything committed is at rest exactly once, and nothing else is.</summary>
    [JsonIgnore]
    public bool IsClean => Total is { Missing: 0, Duplicates: 0, Uncommitted: 0 } && !PendingIsStuck;
}

/// <summary>A hub, and whether what it holds beyond the last commits was judged too.</summary>
public sealed record HubTail(string Hub, bool Judged);

/// <summary>A progress row as the audit needs it.</summary>
/// <param name="Written">When the row was last written, by the store's clock.</param>
public sealed record ProgressRow(PartitionId Partition, PartitionProgress Progress, DateTimeOffset Written);

/// <summary>What the hub itself says about a partition.</summary>
/// <param name="Beginning">First sequence number the partition still has.</param>
/// <param name="Last">Last enqueued sequence number, −1 when there never was one.</param>
public sealed record HubPartition(string Namespace, string Hub, int Partition, long Beginning, long Last);
