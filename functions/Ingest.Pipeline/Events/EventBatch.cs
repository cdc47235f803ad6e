namespace Ingest.Pipeline.Events;

/// <summary>The events of one invocation: one partition, ascending sequence numbers, at least one event.</summary>
public sealed class EventBatch
{
    /// <exception cref="ArgumentException">The batch is empty or its sequence numbers do not ascend strictly.</exception>
    public EventBatch(PartitionId partition, ReadOnlyMemory<IncomingEvent> events)
    {
        ArgumentNullException.ThrowIfNull(partition);
        if (events.IsEmpty)
        {
            throw new ArgumentException("A batch holds at least one event.", nameof(events));
        }

        var span = events.Span;
        for (var i = 1; i < span.Length; i++)
        {
            if (span[i].SequenceNumber <= span[i - 1].SequenceNumber)
            {
                throw new ArgumentException(
                    $"Sequence numbers of {partition} must ascend: {span[i].SequenceNumber} follows {span[i - 1].SequenceNumber}.", nameof(events));
            }
        }

        Partition = partition;
        Events = events;
    }

    /// <summary>
    /// A batch from what a receiver handed over. It may hold an event twice, because a receiver that reconnects begins where it knows
    /// for sure; only the first is kept. Should numbers begin anew in the middle, because the hub was created anew, what is left out
    /// here is a gap before the next batch, and is read from the hub.
    /// </summary>
    /// <param name="received">In the order of delivery; changed.</param>
    /// <exception cref="ArgumentException">The batch is empty.</exception>
    public static EventBatch OfDelivery(PartitionId partition, IncomingEvent[] received)
    {
        ArgumentNullException.ThrowIfNull(received);
        var kept = 0;
        foreach (var e in received)
        {
            if (kept == 0 || e.SequenceNumber > received[kept - 1].SequenceNumber)
            {
                received[kept++] = e;
            }
        }

        return new EventBatch(partition, received.AsMemory(0, kept));
    }

    public PartitionId Partition { get; }

    public ReadOnlyMemory<IncomingEvent> Events { get; }

    public int Count => Events.Length;

    public long First => Events.Span[0].SequenceNumber;

    public long Last => Events.Span[^1].SequenceNumber;
}
