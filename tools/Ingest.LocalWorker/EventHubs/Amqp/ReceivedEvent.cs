using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>An event as it came over the link: cheap values at once, dictionaries only on request.</summary>
internal readonly struct ReceivedEvent(Message message)
{
    private const int FixedCost = 1536;

    private static readonly Symbol SequenceNumberKey = "x-opt-sequence-number";
    private static readonly Symbol OffsetKey = "x-opt-offset";
    private static readonly Symbol EnqueuedTimeKey = "x-opt-enqueued-time";
    private static readonly Symbol PartitionKeyKey = "x-opt-partition-key";

    public string? ContentType => message.Properties?.ContentType is { } type ? (string)type : null;

    public string? MessageId => message.Properties?.GetMessageId()?.ToString();

    public string? CorrelationId => message.Properties?.GetCorrelationId()?.ToString();

    public string? PartitionKey => Annotation(PartitionKeyKey) as string;

    public long SequenceNumber => Annotation(SequenceNumberKey) is long number ? number : long.MinValue;

    public string? Offset => Annotation(OffsetKey)?.ToString();

    public DateTimeOffset EnqueuedTime => Annotation(EnqueuedTimeKey) is DateTime time ? AmqpValues.Utc(time) : default;

    /// <summary>The bytes of the data section, not copied.</summary>
    /// <exception cref="NotSupportedException">The body is an AMQP value or sequence.</exception>
    public ReadOnlyMemory<byte> Body => message.BodySection switch
    {
        Data { Buffer: { } buffer } => buffer.Buffer.AsMemory(buffer.Offset, buffer.Length),
        Data data => data.Binary,
        null => ReadOnlyMemory<byte>.Empty,
        _ => throw new NotSupportedException("The event's body is an AMQP value or sequence, which EventBody cannot represent."),
    };

    /// <summary>Bytes kept alive, the decoded sections estimated.</summary>
    public int Size => FixedCost + (message.BodySection is Data { Buffer: { } buffer } ? buffer.Length : 0);

    public IDictionary<string, object> DecodeProperties()
    {
        var properties = new Dictionary<string, object>(StringComparer.Ordinal);
        if (message.ApplicationProperties?.Map is { } map)
        {
            foreach (var (key, value) in map)
            {
                if (AmqpValues.ToNet(value) is { } converted)
                {
                    properties[key.ToString()!] = converted;
                }
            }
        }

        return properties;
    }

    public IReadOnlyDictionary<string, object> DecodeSystemProperties()
    {
        var system = new Dictionary<string, object>(StringComparer.Ordinal);
        if (message.Properties is { } section)
        {
            AddSection(system, section);
        }

        if (message.MessageAnnotations?.Map is { } annotations)
        {
            foreach (var (key, value) in annotations)
            {
                if (AmqpValues.ToNet(value) is { } converted)
                {
                    // The SDK hands the enqueued time out as it does in EventData.EnqueuedTime, all other times as DateTime.
                    system[key.ToString()!] = converted is DateTime time && EnqueuedTimeKey.Equals(key) ? AmqpValues.Utc(time) : converted;
                }
            }
        }

        return system;
    }

    private static void AddSection(Dictionary<string, object> system, Properties section)
    {
        Add("message-id", section.GetMessageId()?.ToString());
        Add("user-id", section.UserId is { } user ? new ReadOnlyMemory<byte>(user) : null);
        Add("to", section.To);
        Add("subject", section.Subject);
        Add("reply-to", section.ReplyTo);
        Add("correlation-id", section.GetCorrelationId()?.ToString());
        Add("content-type", section.ContentType?.ToString());
        Add("content-encoding", section.ContentEncoding?.ToString());
        Add("absolute-expiry-time", section.HasField(8) ? AmqpValues.Utc(section.AbsoluteExpiryTime) : null);
        Add("creation-time", section.HasField(9) ? AmqpValues.Utc(section.CreationTime) : null);
        Add("group-id", section.GroupId);
        Add("group-sequence", section.HasField(11) ? section.GroupSequence : null);
        Add("reply-to-group-id", section.ReplyToGroupId);

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                system[name] = value;
            }
        }
    }

    private object? Annotation(Symbol key) =>
        message.MessageAnnotations?.Map is { } map && map.TryGetValue(key, out var value) ? value : null;
}
