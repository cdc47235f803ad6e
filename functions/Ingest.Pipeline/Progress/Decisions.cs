using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>Where a partition without a progress row begins.</summary>
public enum StartPosition
{
    /// <summary>At the first event the hub still has.</summary>
    Beginning,

    /// <summary>After the last event the hub has now.</summary>
    Now,
}

/// <summary>What an instance remembers of a partition's row between two steps.</summary>
/// <param name="Row">As last read or written; null: read it afresh.</param>
/// <param name="Published">This instance saw every publication of the row's pending segments succeed.</param>
public readonly record struct RowMemory(PartitionProgress? Row, bool Published)
{
    public static readonly RowMemory Nothing = default;
}

/// <summary>Everything that was read when nothing was remembered.</summary>
/// <param name="Hint">A first read of the row, which only says from which hour to list.</param>
/// <param name="LastVisible">Greatest (epoch, last number) found by a listing that was complete before <paramref name="Row"/> was read; null: nothing, or it was not needed.</param>
/// <param name="Row">The read that counts.</param>
public sealed record RowReads(PartitionProgress? Hint, (int Epoch, long Last)? LastVisible, PartitionProgress? Row);

/// <summary>What comes before any event can be processed.</summary>
public abstract record RowDecision
{
    /// <summary>Nothing: work with the row.</summary>
    public sealed record Use(PartitionProgress Row) : RowDecision;

    /// <summary>There is no row: insert this one.</summary>
    public sealed record Insert(PartitionProgress Row) : RowDecision;

    /// <summary>Make visible what the row names as pending.</summary>
    public sealed record Publish(PartitionProgress Row) : RowDecision;

    /// <summary>The hub was deleted and created again: replace the row with this one.</summary>
    public sealed record BeginEpoch(PartitionProgress Row) : RowDecision;

    /// <summary>What was read contradicts itself because somebody else moved on in between.</summary>
    public sealed record ReadAgain : RowDecision;

    /// <summary>Only a human can say what is right.</summary>
    public sealed record Hold(string Reason) : RowDecision;
}

/// <summary>What to do with the events at hand.</summary>
public abstract record BatchDecision
{
    /// <summary>All of them are durable.</summary>
    public sealed record Nothing : BatchDecision;

    /// <summary>A durable number looks like another event than the one that was committed: ask the hub before anything else.</summary>
    public sealed record Doubt : BatchDecision;

    /// <summary>Process <paramref name="Count"/> events from index <paramref name="Start"/>: they follow what is durable.</summary>
    public sealed record Process(int Start, int Count) : BatchDecision;

    /// <summary>Sequence numbers before index <paramref name="Start"/> are missing: read them from the hub first.</summary>
    public sealed record Repair(int Start) : BatchDecision;
}

/// <summary>What a read of missing numbers proved.</summary>
public abstract record ReadDecision
{
    /// <summary>An empty read proves nothing.</summary>
    public sealed record ProvesNothing : ReadDecision;

    /// <summary>The hub is another one than the row's: forget the row, and begin anew.</summary>
    public sealed record OtherHub : ReadDecision;

    /// <summary>Commit this.</summary>
    /// <param name="Absent">Numbers that the hub no longer has.</param>
    /// <param name="ReadCount">How many of the events read belong to the run, from the first.</param>
    public sealed record Take(EventRange? Absent, int ReadCount) : ReadDecision;
}
