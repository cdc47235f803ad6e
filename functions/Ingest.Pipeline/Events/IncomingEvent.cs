namespace Ingest.Pipeline.Events;

/// <summary>One event as the hub's log holds it. A view: it copies nothing and owns nothing.</summary>
public readonly struct IncomingEvent
{
    private const string IoTHubPrefix = "iothub-";
    private const string DeviceIdName = "iothub-connection-device-id";

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

    /// <summary>
    /// The properties section and the annotations (<c>x-opt-*</c>, <c>iothub-*</c>), as they were sent. May be decoded on first use.
    /// To decide anything by them, ask <see cref="SystemProperty"/>.
    /// </summary>
    public IReadOnlyDictionary<string, object>? SystemProperties { get; init; }

    /// <summary>Whether it came over the hub to which only an IoT Hub may send. Any sender can set annotations; only there they are believed.</summary>
    public bool FromDeviceHub { get; init; }

    /// <summary>Set by the pipeline where the event is a quarantined record sent again; null otherwise.</summary>
    public ReplayMark? Replay { get; init; }

    /// <summary>The device that IoT Hub authenticated; null where the event did not come over the device hub, or names none.</summary>
    public string? DeviceId => FromDeviceHub ? SystemProperty(DeviceIdName)?.ToString() : null;

    /// <summary>A system property that can be believed; null where there is none, and for <c>iothub-*</c> from any hub but the device hub.</summary>
    public object? SystemProperty(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        object? value = null;
        return (FromDeviceHub || !name.StartsWith(IoTHubPrefix, StringComparison.OrdinalIgnoreCase)) && SystemProperties?.TryGetValue(name, out value) == true
            ? value
            : null;
    }
}
