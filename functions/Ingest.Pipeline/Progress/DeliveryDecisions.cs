using System.Collections.Immutable;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Progress;

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

    private static readonly long SkewMs = (long)ClockSkew.TotalMilliseconds;

    /// <summary>What a fresh read says by itself: hold, or insert the first row. Null: remember the row and go on with it.</summary>
    /// <param name="hub">Read after the events at hand were received.</param>
    public virtual RowDecision? OnRow(RowReads reads, HubState hub, StartPosition start)
    {
        var row = reads.Row;
        var durable = row is null ? (Epoch: 0, Last: -1L) : (row.Epoch, Last: row.Durable);
        if (reads.LastVisible is { } visible && visible.CompareTo(durable) > 0)
        {
            return new RowDecision.Hold((row is null
                ? $"there is no progress row, but the lake holds segments up to epoch {visible.Epoch}, sequence number {visible.Last}: the row was lost"
                : $"the progress row ends at epoch {row.Epoch}, sequence number {row.Durable}, but the lake holds segments up to epoch {visible.Epoch}, sequence number {visible.Last}: the row was rolled back")
                + "; `ingest progress rebuild` makes a new one from lake and quarantine");
        }

        return row is null ? new RowDecision.Insert(FirstRow(hub, start)) : null;
    }

    /// <summary>What to remember of a row that was just read.</summary>
    public virtual RowMemory OnRead(PartitionProgress row) => new(row, Published: row.Pending.IsEmpty);

    /// <summary>What to remember once a conditional write has stored the row.</summary>
    public virtual RowMemory OnStored(PartitionProgress stored) => new(stored, Published: stored.Pending.IsEmpty);

    /// <summary>What to remember after an exception or a cancellation: nobody knows what it left undone.</summary>
    public virtual RowMemory OnFailure(RowMemory memory) => RowMemory.Nothing;

    /// <summary>Whether the remembered row may be worked with. What it names as pending is published before anything else.</summary>
    public virtual RowDecision OnMemory(RowMemory memory, HubState hub) =>
        memory.Published ? OnHub(memory.Row!, hub) : new RowDecision.Publish(memory.Row!);

    /// <summary>Whether the row still speaks of the hub that is there now.</summary>
    public virtual RowDecision OnHub(PartitionProgress row, HubState hub)
    {
        if (hub.CreatedUnixMs < row.HubCreated)
        {
            return new RowDecision.ReadAgain();
        }

        return hub.CreatedUnixMs == row.HubCreated ? new RowDecision.Use(row) : new RowDecision.BeginEpoch(NextEpoch(row, hub));
    }

    /// <param name="isTrusted">The hub was asked about a doubt in these very events, and confirmed them.</param>
    public virtual BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, bool isTrusted)
    {
        var start = 0;
        while (start < events.Length && (events[start].SequenceNumber <= row.Durable || IsOfDeletedHub(row, events[start])))
        {
            if (!isTrusted && IsSuspicious(row, events[start]))
            {
                return new BatchDecision.Doubt();
            }

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

    /// <summary>What a doubt turned out to be.</summary>
    /// <param name="hub">Read after the events were received.</param>
    public virtual RowDecision OnDoubt(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, HubState hub)
    {
        if (OnHub(row, hub) is not RowDecision.Use use)
        {
            return OnHub(row, hub);
        }

        foreach (ref readonly var e in events)
        {
            // What retention removed before it could be committed was never seen either, and is no new event under an old number.
            if (IsSuspicious(row, e) && e.SequenceNumber >= hub.BeginningSequence)
            {
                return new RowDecision.Hold(
                    $"sequence number {e.SequenceNumber} is committed, yet an event of that number was enqueued later than all that were: the hub uses numbers again (a forced geo promotion?); `ingest progress new-epoch` goes on with the new events");
            }
        }

        return use;
    }

    /// <param name="next">First sequence number at hand behind the gap; null where there is none (tail repair).</param>
    /// <param name="read">What a read that began at <c>Durable</c> + 1 brought.</param>
    /// <param name="hub">Read after <paramref name="read"/>.</param>
    public virtual ReadDecision OnGap(PartitionProgress row, long? next, ReadOnlySpan<IncomingEvent> read, HubState hub) =>
        OnHub(row, hub) is RowDecision.Use ? TakeFrom(row.Durable + 1, next ?? long.MaxValue, read, hub) : new ReadDecision.OtherHub();

    /// <summary>Whether the sweeper must fetch events that the host has skipped and no later batch shows to be missing.</summary>
    /// <param name="stoodStill">For how long the row has not moved.</param>
    public virtual bool OnTail(PartitionProgress row, HubState hub, TimeSpan stoodStill, TimeSpan patience) =>
        stoodStill >= patience && Math.Max(hub.LastSequence, hub.BeginningSequence - 1) > row.Durable;

    /// <summary>The row that makes a staged run durable.</summary>
    public virtual PartitionProgress OnStaged(DeliveryRun run, StagedRun staged)
    {
        var events = run.Events.Span[..staged.EventCount];
        var row = run.Row;
        var totals = row.Totals;
        if (run.Makeup is { } makeup)
        {
            return OnMadeUp(run, makeup, staged);
        }

        var highest = row.EnqueuedMax;
        foreach (ref readonly var e in events)
        {
            highest = Math.Max(highest, e.EnqueuedUnixMs);
        }

        return row with
        {
            Durable = run.LastOf(staged.EventCount),
            Offset = events.IsEmpty ? null : events[^1].Offset,
            Pending = staged.Segments,
            EnqueuedMax = highest,
            Totals = totals.Add(staged.Counts) with { Absent = totals.Absent + run.AbsentCount },
        };
    }

    /// <summary>What to do once every pending segment was tried: null where all are visible, else the range to bring to rest again.</summary>
    public virtual Makeup? OnOutcomes(PartitionProgress row, IReadOnlyList<PublishOutcome> outcomes)
    {
        // The ranges of one commit and of its repairs are nested, so the widest covers them all.
        SegmentName? widest = null;
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i] == PublishOutcome.Expired && SegmentName.TryParse(row.Pending[i]) is { } name
                && (widest is null || (name.First, -name.Last).CompareTo((widest.First, -widest.Last)) < 0))
            {
                widest = name;
            }
        }

        return widest is null ? null : new Makeup(new EventRange(widest.First, widest.Last), widest);
    }

    /// <summary>What a read that began at the first number of a range to be made up proved.</summary>
    public virtual ReadDecision OnMakeupRead(PartitionProgress row, Makeup makeup, ReadOnlySpan<IncomingEvent> read, HubState hub)
    {
        var range = makeup.Range;
        return OnHub(row, hub) switch
        {
            RowDecision.Use => TakeFrom(range.First, range.Last + 1, read, hub),
            // The hub is gone, and the events with it.
            RowDecision.BeginEpoch => new ReadDecision.Take(range, 0),
            _ => new ReadDecision.OtherHub(),
        };
    }

    /// <summary>The run that brings a range to rest, less what lake and quarantine hold of it.</summary>
    /// <param name="held">Complete: listed after every publication of the row was tried.</param>
    public virtual DeliveryRun OnHeld(PartitionId partition, PartitionProgress row, Makeup makeup, ReadOnlyMemory<IncomingEvent> events, EventRange? absent, HeldRecords held)
    {
        var gone = absent is { } range ? held.Without(range) : [];
        return new DeliveryRun(partition, row, events, gone)
        {
            Makeup = makeup with { Examined = absent?.Last ?? makeup.Range.First - 1 },
            Held = held.Records,
        };
    }

    /// <summary>The row once everything pending is visible.</summary>
    public virtual PartitionProgress OnPublished(PartitionProgress row) => row with { Pending = [] };

    /// <summary>
    /// Whether a listing would tell nothing new: the row is the very one that a listing has confirmed, or that was written in the place of such
    /// a one. Segments beyond it could only come from commits, and a commit changes the row.
    /// </summary>
    /// <param name="confirmed">ETag of that row.</param>
    public virtual bool IsConfirmed(PartitionProgress? row, string? confirmed) => row?.ETag is { } etag && etag == confirmed;

    /// <summary>Where to begin looking for segments that a lost or rolled-back row would not know of; null: everywhere.</summary>
    public virtual long? ListFromHour(PartitionProgress? row) =>
        row is null || row.EnqueuedMax == 0 ? null : SegmentName.HourOf(row.EnqueuedMax - SkewMs);

    /// <summary>An event that was enqueued before the hub was created was received from the hub's predecessor.</summary>
    public virtual bool IsOfDeletedHub(PartitionProgress row, in IncomingEvent e) => e.EnqueuedUnixMs < row.HubCreated - SkewMs;

    private static bool IsSuspicious(PartitionProgress row, in IncomingEvent e) =>
        e.SequenceNumber <= row.Durable && row.EnqueuedMax > 0 && e.EnqueuedUnixMs > row.EnqueuedMax + SkewMs;

    private static PartitionProgress FirstRow(HubState hub, StartPosition start) => start == StartPosition.Now
        ? new()
        {
            Durable = Math.Max(hub.LastSequence, hub.BeginningSequence - 1),
            HubCreated = hub.CreatedUnixMs,
            EnqueuedMax = hub.LastEnqueuedUnixMs,
        }
        : new() { Durable = hub.BeginningSequence - 1, HubCreated = hub.CreatedUnixMs };

    private static PartitionProgress NextEpoch(PartitionProgress row, HubState hub) => row with
    {
        Epoch = row.Epoch + 1,
        HubCreated = hub.CreatedUnixMs,
        Durable = hub.BeginningSequence - 1,
        Offset = null,
        Pending = [],
        EnqueuedMax = 0,
        Skipped = [],
        Totals = row.Totals with { Absent = row.Totals.Absent + row.Skipped.Sum(range => range.Count) },
    };

    /// <summary>
    /// A number is absent only if a read that began at <paramref name="first"/> delivered a later event first, or the
    /// partition's beginning lies above it.
    /// </summary>
    private static ReadDecision TakeFrom(long first, long limit, ReadOnlySpan<IncomingEvent> read, HubState hub)
    {
        var upTo = Math.Min(limit, read.IsEmpty ? Math.Max(hub.BeginningSequence, first) : read[0].SequenceNumber);
        EventRange? absent = upTo > first ? new EventRange(first, upTo - 1) : null;
        var count = 0;
        while (upTo < limit && count < read.Length && read[count].SequenceNumber == upTo + count && read[count].SequenceNumber < limit)
        {
            count++;
        }

        return absent is null && count == 0 ? new ReadDecision.ProvesNothing() : new ReadDecision.Take(absent, count);
    }

    private static PartitionProgress OnMadeUp(DeliveryRun run, Makeup makeup, StagedRun staged)
    {
        var (row, totals) = (run.Row, run.Row.Totals);
        var next = run.LastOf(staged.EventCount) + 1;
        var isDone = next > makeup.Range.Last;
        if (makeup.Expired is { } expired)
        {
            // Its records were counted when they were committed. The unfinished rest keeps the name, so that whoever comes
            // next finds it expired again and goes on there.
            return row with
            {
                Pending = isDone ? staged.Segments : staged.Segments.Add((expired with { First = next }).ToString()),
                Totals = totals with
                {
                    Absent = totals.Absent + run.AbsentCount,
                    Written = Math.Max(0, totals.Written - run.AbsentCount),
                },
            };
        }

        return row with
        {
            Pending = staged.Segments,
            Skipped = isDone ? row.Skipped.RemoveAt(0) : row.Skipped.SetItem(0, new EventRange(next, makeup.Range.Last)),
            Totals = totals.Add(staged.Counts) with { Absent = totals.Absent + run.AbsentCount },
        };
    }

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
