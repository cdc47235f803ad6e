namespace Ingest.Pipeline.Progress;

/// <summary>The ledger of one invocation. Every count is of records, but where it says events.</summary>
public sealed record BatchReceipt
{
    /// <summary>Events of the batch at hand.</summary>
    public required int Received { get; init; }

    /// <summary>Events that were durable before this invocation.</summary>
    public int AlreadyDurable { get; init; }

    /// <summary>Events that were received from a hub that has been deleted since, and belong nowhere any more.</summary>
    public int OfDeletedHub { get; init; }

    /// <summary>Events made durable by this invocation, repaired ones included.</summary>
    public long Committed { get; init; }

    /// <summary>Events that were read from the hub to close a gap.</summary>
    public long Repaired { get; init; }

    public long Written { get; init; }

    public long Quarantined { get; init; }

    public long Filtered { get; init; }

    /// <summary>Sequence numbers recorded as absent upstream.</summary>
    public long Absent { get; init; }

    /// <summary>Commits of the progress row.</summary>
    public int Commits { get; init; }

    public BatchReceipt Add(DeliveryRun run, StagedRun staged, bool repaired) => this with
    {
        Committed = Committed + staged.EventCount,
        Repaired = Repaired + (repaired ? staged.EventCount : 0),
        Written = Written + staged.Counts.Written,
        Quarantined = Quarantined + staged.Counts.Quarantined,
        Filtered = Filtered + staged.Counts.Filtered,
        Absent = Absent + run.AbsentCount,
        Commits = Commits + 1,
    };
}

/// <summary>The counts of a batch do not add up: a bug of ours. The partition is held rather than lose a record.</summary>
public sealed class LedgerException(string message) : Exception(message);

/// <summary>The partition waits for the world, or for a human, to change. The host's unlimited retry keeps its events.</summary>
/// <param name="needsOperator">Whether it can resume by itself.</param>
public class PartitionHeldException(string message, bool needsOperator) : Exception(message)
{
    public bool NeedsOperator { get; } = needsOperator;
}
