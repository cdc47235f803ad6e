namespace Ingest.Pipeline.Events;

/// <summary>One event as the hub's log holds it. A view: it copies nothing and owns nothing.</summary>
public readonly struct IncomingEvent
{
    /// <summary>The body's bytes, still content-encoded.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required long SequenceNumber { get; init; }

    /// <summary>Opaque position in the log; null where the source has none.</summary>
    public string? Offset { get; init; }

    /// <summary>When the hub accepted the event, in Unix milliseconds (UTC).</summary>
    public required long EnqueuedUnixMs { get; init; }

    public string? PartitionKey { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Application properties, set by the sender. Values have AMQP's primitive types. May be decoded on first use.</summary>
    public IDictionary<string, object>? Properties { get; init; }

    /// <summary>The properties section and the annotations (<c>x-opt-*</c>, <c>iothub-*</c>). May be decoded on first use.</summary>
    public IReadOnlyDictionary<string, object>? SystemProperties { get; init; }
}
