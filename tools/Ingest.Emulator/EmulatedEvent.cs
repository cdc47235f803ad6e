using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Ingest.Emulator;

/// <summary>An event for <see cref="EmulatedPartition.Append(EmulatedEvent)"/>.</summary>
public sealed record EmulatedEvent
{
    /// <summary>The body, sent as one AMQP data section.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The partition key, or null.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>Application properties; values of the simple AMQP types (string, bool, integers, double, Guid, DateTime in UTC …).</summary>
    public IReadOnlyDictionary<string, object>? ApplicationProperties { get; init; }

    /// <summary>Message annotations, such as <c>iothub-connection-device-id</c>; the hub's own <c>x-opt-…</c> cannot be set.</summary>
    public IReadOnlyDictionary<string, object>? Annotations { get; init; }

    /// <summary>The content-type property, or null.</summary>
    public string? ContentType { get; init; }

    /// <summary>The content-encoding property, or null.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The message-id property, or null.</summary>
    public string? MessageId { get; init; }

    /// <summary>The correlation-id property, or null.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The encoded message, as a producer would send it.</summary>
    internal ReadOnlySpan<byte> Encode()
    {
        var message = new Message { BodySection = new Data { Binary = Body.ToArray() } };
        if (ContentType is not null || ContentEncoding is not null || MessageId is not null || CorrelationId is not null)
        {
            message.Properties = new Properties { ContentType = ContentType, ContentEncoding = ContentEncoding, MessageId = MessageId, CorrelationId = CorrelationId };
        }

        if (ApplicationProperties is { Count: > 0 })
        {
            message.ApplicationProperties = new ApplicationProperties();
            foreach (var (name, value) in ApplicationProperties)
            {
                message.ApplicationProperties[name] = value;
            }
        }

        if (PartitionKey is not null || Annotations is { Count: > 0 })
        {
            message.MessageAnnotations = new MessageAnnotations();
            foreach (var (name, value) in Annotations ?? new Dictionary<string, object>())
            {
                message.MessageAnnotations[(Symbol)name] = value is DateTimeOffset time ? time.UtcDateTime : value;
            }

            if (PartitionKey is not null)
            {
                message.MessageAnnotations[(Symbol)"x-opt-partition-key"] = PartitionKey;
            }
        }

        var encoded = message.Encode();
        return encoded.Buffer.AsSpan(encoded.Offset, encoded.Length);
    }
}
