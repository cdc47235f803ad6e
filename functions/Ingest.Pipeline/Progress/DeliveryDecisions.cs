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

/// <summary>What to do with a row that was just read.</summary>
public abstract record RowDecision
{
    /// <summary>Work with it.</summary>
    public sealed record Use(PartitionProgress Row) : RowDecision;

    /// <summary>There is none: insert this one.</summary>
    public sealed record Insert(PartitionProgress Row) : RowDecision;

    /// <summary>The hub was deleted and created again: once everything pending is published, replace the row with this one.</summary>
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

    /// <summary>Process <paramref name="Count"/> events from index <paramref name="Start"/>: they follow what is durable.</summary>
    public sealed record Process(int Start, int Count) : BatchDecision;

    /// <summary>Sequence numbers before index <paramref name="Start"/> are missing: read them from the hub first.</summary>
    public sealed record Repair(int Start) : BatchDecision;
}

/// <summary>What a read of a gap proved.</summary>
/// <param name="Absent">Numbers that the hub no longer has.</param>
/// <param name="ReadCount">How many of the events read belong to the run, from the first.</param>
/// <param name="GapClosed">The gap ends before the batch at hand: go on with it.</param>
public readonly record struct GapDecision(AbsentRange? Absent, int ReadCount, bool GapClosed)
{
    /// <summary>An empty read proves nothing.</summary>
    public bool ProvesNothing => Absent is null && ReadCount == 0 && !GapClosed;
}

/// <summary>
/// Every decision of the delivery protocol, without I/O and without a clock, so that a model check can run exactly what
/// production runs. docs/delivery.md says why each is as it is.
/// </summary>
public class DeliveryDecisions
{
    /// <summary>Segments that one commit may name: bounds the row and the work of whoever publishes after a crash.</summary>
    public const int MaxSegmentsPerCommit = 64;

    /// <summary>Tolerated difference between the clocks of a hub's brokers.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <param name="lastVisible">Found by a listing that was complete before <paramref name="row"/> was read.</param>
    /// <param name="hub">Read after the events at hand were received.</param>
    public virtual RowDecision OnRow(PartitionProgress? row, (int Epoch, long Last)? lastVisible, HubState hub, StartPosition start)
    {
        var durable = row is null ? (Epoch: 0, Last: -1L) : (row.Epoch, Last: row.Durable);
        if (lastVisible is { } visible && visible.CompareTo(durable) > 0)
        {
            return new RowDecision.Hold(row is null
                ? $"there is no progress row, but the lake holds segments up to epoch {visible.Epoch}, sequence number {visible.Last}: the row was lost"
                : $"the progress row ends at epoch {row.Epoch}, sequence number {row.Durable}, but the lake holds segments up to epoch {visible.Epoch}, sequence number {visible.Last}: the row was rolled back");
        }

        return row is null ? new RowDecision.Insert(FirstRow(hub, start)) : OnHub(row, hub);
    }

    /// <summary>Whether the row still speaks of the hub that is there now.</summary>
    public virtual RowDecision OnHub(PartitionProgress row, HubState hub)
    {
        if (hub.CreatedUnixMs < row.HubCreated)
        {
            return new RowDecision.ReadAgain();
        }

        return hub.CreatedUnixMs == row.HubCreated
            ? new RowDecision.Use(row)
            : new RowDecision.BeginEpoch(row with
            {
                Epoch = row.Epoch + 1,
                HubCreated = hub.CreatedUnixMs,
                Durable = hub.BeginningSequence - 1,
                Offset = null,
                Pending = [],
                EnqueuedMax = 0,
            });
    }

    public virtual BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events)
    {
        var start = 0;
        while (start < events.Length && (events[start].SequenceNumber <= row.Durable || IsOfDeletedHub(row, events[start])))
        {
            start++;
        }

        if (start == events.Length)
        {
            return new BatchDecision.Nothing();
        }

        return events[start].SequenceNumber == row.Durable + 1
            ? new BatchDecision.Process(start, ContiguousFrom(row, events[start..]))
            : new BatchDecision.Repair(start);
    }

    /// <param name="next">First sequence number at hand behind the gap; null where there is none (tail repair).</param>
    /// <param name="read">What a read that began at <c>Durable</c> + 1 brought.</param>
    /// <param name="hub">Read after <paramref name="read"/>.</param>
    public virtual GapDecision OnGap(PartitionProgress row, long? next, ReadOnlySpan<IncomingEvent> read, HubState hub)
    {
        var limit = next ?? long.MaxValue;
        var first = row.Durable + 1;
        var upTo = Math.Min(limit, read.IsEmpty ? Math.Max(hub.BeginningSequence, first) : read[0].SequenceNumber);
        AbsentRange? absent = upTo > first ? new AbsentRange(first, upTo - 1) : null;
        var count = 0;
        if (upTo < limit)
        {
            while (count < read.Length && read[count].SequenceNumber == upTo + count && read[count].SequenceNumber < limit)
            {
                count++;
            }
        }

        return new GapDecision(absent, count, upTo == limit);
    }

    /// <summary>The row that makes a staged run durable.</summary>
    public virtual PartitionProgress OnStaged(DeliveryRun run, StagedRun staged)
    {
        var events = run.Events.Span[..staged.EventCount];
        var row = run.Row;
        var totals = row.Totals;
        var highest = row.EnqueuedMax;
        foreach (ref readonly var e in events)
        {
            highest = Math.Max(highest, e.EnqueuedUnixMs);
        }

        return row with
        {
            Durable = events.IsEmpty ? run.Absent!.Value.Last : events[^1].SequenceNumber,
            Offset = events.IsEmpty ? null : events[^1].Offset,
            Pending = staged.Segments,
            EnqueuedMax = highest,
            Totals = new ProgressTotals(
                totals.Written + staged.Counts.Written, totals.Quarantined + staged.Counts.Quarantined,
                totals.Filtered + staged.Counts.Filtered, totals.Absent + (run.Absent?.Count ?? 0)),
        };
    }

    /// <summary>The row once everything pending is visible.</summary>
    public virtual PartitionProgress OnPublished(PartitionProgress row) => row with { Pending = [] };

    /// <summary>Where to begin looking for segments that a lost or rolled-back row would not know of; null: everywhere.</summary>
    public virtual long? ListFromHour(PartitionProgress? row) =>
        row is null || row.EnqueuedMax == 0 ? null : SegmentName.HourOf(row.EnqueuedMax - (long)ClockSkew.TotalMilliseconds);

    /// <summary>An event that was enqueued before the hub was created was received from the hub's predecessor.</summary>
    public virtual bool IsOfDeletedHub(PartitionProgress row, in IncomingEvent e) =>
        e.EnqueuedUnixMs < row.HubCreated - (long)ClockSkew.TotalMilliseconds;

    private static PartitionProgress FirstRow(HubState hub, StartPosition start) => new()
    {
        Durable = start == StartPosition.Now ? Math.Max(hub.LastSequence, hub.BeginningSequence - 1) : hub.BeginningSequence - 1,
        HubCreated = hub.CreatedUnixMs,
    };

    private int ContiguousFrom(PartitionProgress row, ReadOnlySpan<IncomingEvent> events)
    {
        var count = 1;
        while (count < events.Length && events[count].SequenceNumber == events[0].SequenceNumber + count && !IsOfDeletedHub(row, events[count]))
        {
            count++;
        }

        return count;
    }
}
