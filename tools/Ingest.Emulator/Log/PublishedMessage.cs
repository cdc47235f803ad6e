using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Log;

/// <summary>
/// A message as a producer sent it, checked whole before any event of it is stored, so that a batch is stored whole or not at all.
/// </summary>
internal readonly ref struct PublishedMessage
{
    /// <summary>The Event Hubs batch format: an envelope with one complete encoded message per data section.</summary>
    public const uint BatchFormat = 0x80013700;

    private const byte MessageAnnotations = 0x72;
    private const byte Data = 0x75;

    private readonly ReadOnlySpan<byte> payload;
    private readonly bool batch;
    private readonly int firstData;

    private PublishedMessage(ReadOnlySpan<byte> payload, bool batch, int firstData, int count, ReadOnlySpan<byte> partitionKey)
    {
        this.payload = payload;
        this.batch = batch;
        this.firstData = firstData;
        Count = count;
        PartitionKey = partitionKey;
    }

    /// <summary>Events inside.</summary>
    public int Count { get; }

    /// <summary>The encoded value of the partition key, or empty.</summary>
    public ReadOnlySpan<byte> PartitionKey { get; }

    /// <exception cref="AmqpDecodeException">The message or an event inside is not well formed.</exception>
    public static PublishedMessage Parse(ReadOnlySpan<byte> payload, uint format)
    {
        if (format != BatchFormat)
        {
            var single = EventSections.Parse(payload);
            return new PublishedMessage(payload, false, 0, 1, KeyOf(single));
        }

        var position = 0;
        var count = 0;
        var firstData = payload.Length;
        ReadOnlySpan<byte> key = default;
        while (position < payload.Length)
        {
            var code = AmqpBytes.SectionCode(payload, position, out var value);
            switch (code)
            {
                case MessageAnnotations:
                    var annotations = AmqpBytes.MapContent(payload, value, out var pairs);
                    key = KeyOf(new EventSections(annotations, pairs, default));
                    break;
                case Data:
                    EventSections.Parse(AmqpBytes.Content(payload, value));
                    firstData = count++ == 0 ? position : firstData;
                    break;
                case > Data and < 0x78:
                    throw new AmqpDecodeException("A batch holds its events in data sections only.");
            }

            position = AmqpBytes.Skip(payload, value);
        }

        return new PublishedMessage(payload, true, firstData, count, key);
    }

    public Enumerator GetEnumerator() => new(this);

    private static ReadOnlySpan<byte> KeyOf(EventSections sections)
    {
        var key = sections.FindAnnotation(StoredEvent.PartitionKeyName);
        return !key.IsEmpty && key[0] is (0xa1 or 0xb1) ? key : default;
    }

    public ref struct Enumerator(PublishedMessage message)
    {
        private readonly PublishedMessage message = message;
        private int position = message.firstData;

        public EventSections Current { get; private set; }

        public bool MoveNext()
        {
            var payload = message.payload;
            if (!message.batch)
            {
                Current = position == 0 ? EventSections.Parse(payload) : default;
                return position++ == 0;
            }

            while (position < payload.Length)
            {
                var code = AmqpBytes.SectionCode(payload, position, out var value);
                position = AmqpBytes.Skip(payload, value);
                if (code == Data)
                {
                    Current = EventSections.Parse(AmqpBytes.Content(payload, value));
                    return true;
                }
            }

            return false;
        }
    }
}
