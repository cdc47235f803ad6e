namespace Azure.Messaging.EventHubs;

/// <summary>Makes received-looking events for tests.</summary>
public static class EventHubsModelFactory
{
    /// <summary>An event as if received from a partition.</summary>
    public static EventData EventData(
        BinaryData eventBody,
        IDictionary<string, object>? properties = null,
        IReadOnlyDictionary<string, object>? systemProperties = null,
        string? partitionKey = null,
        long sequenceNumber = long.MinValue,
        string? offsetString = null,
        DateTimeOffset enqueuedTime = default) =>
        new(eventBody, properties, systemProperties, partitionKey, sequenceNumber, offsetString, enqueuedTime);
}
