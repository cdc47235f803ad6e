using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>An event as it came over the link: cheap values at once, dictionaries only on request.</summary>
internal readonly struct ReceivedEvent(Message message)
{
    private const int FixedCost = 1536;

    internal static readonly string[] SectionNames =
    [
        "message-id", "user-id", "to", "subject", "reply-to", "correlation-id", "content-type", "content-encoding", "absolute-expiry-time",
        "creation-time", "group-id", "group-sequence", "reply-to-group-id",
    ];

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
        foreach (var name in SectionNames)
        {
            if (SectionValue(name) is { } value)
            {
                system[name] = value;
            }
        }

        if (message.MessageAnnotations?.Map is { } annotations)
        {
            foreach (var (key, value) in annotations)
            {
                if (ToNet(key, value) is { } converted)
                {
                    system[key.ToString()!] = converted;
                }
            }
        }

        return system;
    }

    /// <summary>One system property, without decoding the others; null where there is none.</summary>
    public object? SystemProperty(string name)
    {
        // An annotation of a section's name would win in the dictionary of all.
        Symbol key = name;
        return ToNet(key, Annotation(key)) ?? SectionValue(name);
    }

    // The SDK hands the enqueued time out as it does in EventData.EnqueuedTime, all other times as DateTime.
    private static object? ToNet(object key, object? value) => AmqpValues.ToNet(value) switch
    {
        DateTime time when EnqueuedTimeKey.Equals(key) => AmqpValues.Utc(time),
        var converted => converted,
    };

    private object? SectionValue(string name) => message.Properties is not { } section ? null : name switch
    {
        "message-id" => section.GetMessageId()?.ToString(),
        "user-id" => section.UserId is { } user ? new ReadOnlyMemory<byte>(user) : null,
        "to" => section.To,
        "subject" => section.Subject,
        "reply-to" => section.ReplyTo,
        "correlation-id" => section.GetCorrelationId()?.ToString(),
        "content-type" => section.ContentType?.ToString(),
        "content-encoding" => section.ContentEncoding?.ToString(),
        "absolute-expiry-time" => section.HasField(8) ? AmqpValues.Utc(section.AbsoluteExpiryTime) : null,
        "creation-time" => section.HasField(9) ? AmqpValues.Utc(section.CreationTime) : null,
        "group-id" => section.GroupId,
        "group-sequence" => section.HasField(11) ? section.GroupSequence : null,
        "reply-to-group-id" => section.ReplyToGroupId,
        _ => null,
    };

    private object? Annotation(Symbol key) =>
        message.MessageAnnotations?.Map is { } map && map.TryGetValue(key, out var value) ? value : null;
}
