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

    public PartitionId Partition { get; }

    public ReadOnlyMemory<IncomingEvent> Events { get; }

    public int Count => Events.Length;

    public long First => Events.Span[0].SequenceNumber;

    public long Last => Events.Span[^1].SequenceNumber;
}
