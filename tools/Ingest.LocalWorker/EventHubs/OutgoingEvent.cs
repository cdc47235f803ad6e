using System.Globalization;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Ingest.LocalWorker.EventHubs.Amqp;

namespace Ingest.LocalWorker.EventHubs;

/// <summary>An event to be sent, with what the SDK's producer cannot set: every section of the message.</summary>
public sealed class OutgoingEvent
{
    /// <summary>The bytes, content-encoded already where an encoding is named.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Chooses the partition; null: the hub chooses.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>Application properties, with the types they are to have.</summary>
    public IReadOnlyDictionary<string, object?> Properties { get; init; } = new Dictionary<string, object?>();

    /// <summary>The properties section by AMQP's names (<c>content-type</c>, <c>message-id</c>), the types as they are received.</summary>
    public IReadOnlyDictionary<string, object?> Section { get; init; } = new Dictionary<string, object?>();

    /// <summary>Annotations beside the partition key.</summary>
    public IReadOnlyDictionary<string, object?> Annotations { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether a name is that of a field of the properties section.</summary>
    public static bool IsSectionName(string name) => Array.IndexOf(ReceivedEvent.SectionNames, name) >= 0;

    /// <exception cref="ArgumentException">A value has a type that AMQP does not know.</exception>
    internal Message ToMessage()
    {
        var message = new Message { BodySection = new Data { Binary = Body.ToArray() } };
        if (Properties.Count > 0)
        {
            message.ApplicationProperties = new ApplicationProperties();
            foreach (var (name, value) in Properties)
            {
                message.ApplicationProperties[name] = AmqpValues.FromNet(value, name);
            }
        }

        if (Section.Count > 0)
        {
            message.Properties = SectionOf(Section);
        }

        if (PartitionKey is not null || Annotations.Count > 0)
        {
            message.MessageAnnotations = new MessageAnnotations();
            foreach (var (name, value) in Annotations)
            {
                message.MessageAnnotations[(Symbol)name] = AmqpValues.FromNet(value, name);
            }

            if (PartitionKey is not null)
            {
                message.MessageAnnotations[(Symbol)"x-opt-partition-key"] = PartitionKey;
            }
        }

        return message;
    }

    private static Properties SectionOf(IReadOnlyDictionary<string, object?> values)
    {
        var section = new Properties();
        foreach (var (name, value) in values)
        {
            if (value is null)
            {
                continue;
            }

            Action set = name switch
            {
                "message-id" => () => section.MessageId = Text(value),
                "user-id" => () => section.UserId = value as byte[] ?? ((ReadOnlyMemory<byte>)value).ToArray(),
                "to" => () => section.To = Text(value),
                "subject" => () => section.Subject = Text(value),
                "reply-to" => () => section.ReplyTo = Text(value),
                "correlation-id" => () => section.CorrelationId = Text(value),
                "content-type" => () => section.ContentType = Text(value),
                "content-encoding" => () => section.ContentEncoding = Text(value),
                "absolute-expiry-time" => () => section.AbsoluteExpiryTime = Time(value),
                "creation-time" => () => section.CreationTime = Time(value),
                "group-id" => () => section.GroupId = Text(value),
                "group-sequence" => () => section.GroupSequence = Convert.ToUInt32(value, CultureInfo.InvariantCulture),
                "reply-to-group-id" => () => section.ReplyToGroupId = Text(value),
                _ => throw new ArgumentException($"{name} is no field of the properties section."),
            };
            try
            {
                set();
            }
            catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
            {
                throw new ArgumentException($"The value of {name} has the wrong type {value.GetType().Name}.", e);
            }
        }

        return section;
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static DateTime Time(object value) => value is DateTimeOffset offset ? offset.UtcDateTime : (DateTime)value;
}
