using Azure.Core;
using Ingest.LocalWorker.EventHubs.Amqp;

namespace Azure.Messaging.EventHubs;

/// <summary>One event, received from a partition or made by hand.</summary>
/// <remarks>
/// A received event decodes its dictionaries when they are first asked for, and its body is a slice of the received frame: keep
/// what you need, not the event.
/// </remarks>
public class EventData : MessageContent
{
    private readonly ReceivedEvent? received;
    private BinaryData? body;
    private IDictionary<string, object>? properties;
    private IReadOnlyDictionary<string, object>? systemProperties;
    private string? contentType;
    private string? messageId;
    private string? correlationId;

    /// <summary>An event without a body.</summary>
    public EventData()
        : this(new BinaryData(ReadOnlyMemory<byte>.Empty))
    {
    }

    /// <summary>An event with the given body.</summary>
    public EventData(BinaryData eventBody)
        : this(eventBody, null, null, null, long.MinValue, null, default)
    {
    }

    /// <summary>An event with the given body.</summary>
    public EventData(ReadOnlyMemory<byte> eventBody)
        : this(new BinaryData(eventBody))
    {
    }

    /// <summary>An event with the given body in UTF-8.</summary>
    public EventData(string eventBody)
        : this(new BinaryData(eventBody))
    {
    }

    internal EventData(
        BinaryData eventBody,
        IDictionary<string, object>? properties,
        IReadOnlyDictionary<string, object>? systemProperties,
        string? partitionKey,
        long sequenceNumber,
        string? offsetString,
        DateTimeOffset enqueuedTime)
    {
        body = eventBody;
        this.properties = properties;
        this.systemProperties = systemProperties;
        PartitionKey = partitionKey;
        SequenceNumber = sequenceNumber;
        OffsetString = offsetString;
        EnqueuedTime = enqueuedTime;
    }

    internal EventData(ReceivedEvent received)
    {
        this.received = received;
        contentType = received.ContentType;
        messageId = received.MessageId;
        correlationId = received.CorrelationId;
        PartitionKey = received.PartitionKey;
        SequenceNumber = received.SequenceNumber;
        OffsetString = received.Offset;
        EnqueuedTime = received.EnqueuedTime;
    }

    /// <summary>The body.</summary>
    /// <exception cref="NotSupportedException">The received event carries an AMQP value or sequence instead of bytes.</exception>
    public BinaryData EventBody
    {
        get => body ??= new BinaryData(received!.Value.Body);
        set => body = value;
    }

    /// <summary>The bytes of <see cref="EventBody"/>.</summary>
    public ReadOnlyMemory<byte> Body => body is null ? received!.Value.Body : body.ToMemory();

    /// <inheritdoc />
    public override BinaryData? Data
    {
        get => EventBody;
        set => EventBody = value ?? new BinaryData(ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>The MIME type given by the producer; null when there is none.</summary>
    public new string? ContentType
    {
        get => contentType;
        set => contentType = value;
    }

    /// <summary>The identifier given by the producer; null when there is none.</summary>
    public string? MessageId
    {
        get => messageId;
        set => messageId = value;
    }

    /// <summary>The correlation given by the producer; null when there is none.</summary>
    public string? CorrelationId
    {
        get => correlationId;
        set => correlationId = value;
    }

    /// <summary>The producer's application properties, with their types.</summary>
    public IDictionary<string, object> Properties => properties ??= received?.DecodeProperties() ?? new Dictionary<string, object>();

    /// <summary>The AMQP properties section (such as <c>content-encoding</c>) and the annotations (<c>x-opt-…</c>, <c>iothub-…</c>).</summary>
    public IReadOnlyDictionary<string, object> SystemProperties =>
        systemProperties ??= received is { } known ? new SystemProperties(known) : new Dictionary<string, object>();

    /// <summary>The key that chose the partition; null when there was none.</summary>
    public string? PartitionKey { get; }

    /// <summary>The number in the partition; <see cref="long.MinValue"/> when absent.</summary>
    public long SequenceNumber { get; }

    /// <summary>The position in the partition; null when absent.</summary>
    public string? OffsetString { get; }

    /// <summary>When the hub accepted the event, in UTC; the default value when absent.</summary>
    public DateTimeOffset EnqueuedTime { get; }

    /// <summary>Approximate bytes that this event keeps alive, for limits on what is read ahead.</summary>
    internal int Size => received?.Size ?? Body.Length;

    /// <inheritdoc />
    protected override ContentType? ContentTypeCore
    {
        get => contentType is null ? null : new ContentType(contentType);
        set => contentType = value?.ToString();
    }
}
