using System.Globalization;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.Invocation;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>What the host says about a batch, as JSON text under the official names.</summary>
internal sealed class EventBindingData(EventHubEndpoint endpoint, string consumerGroup, string partitionId)
{
    private readonly string partitionContext = JsonSerializer.Serialize(new
    {
        endpoint.FullyQualifiedNamespace,
        EventHubName = endpoint.HubName,
        ConsumerGroup = consumerGroup,
        PartitionId = partitionId,
    });

    public LazyBindingData OfBatch(EventData[] events) => new(
        WithPartition(
            Entry("PartitionKeyArray", () => Json(events.Select(received => received.PartitionKey))),
            Entry("OffsetArray", () => Json(events.Select(received => received.OffsetString))),
            Entry("OffsetStringArray", () => Json(events.Select(received => received.OffsetString))),
            Entry("SequenceNumberArray", () => Json(events.Select(received => received.SequenceNumber))),
            Entry("EnqueuedTimeUtcArray", () => Json(events.Select(received => received.EnqueuedTime.UtcDateTime))),
            Entry("PropertiesArray", () => Json(events.Select(received => received.Properties))),
            Entry("SystemPropertiesArray", () => Json(events.Select(SystemProperties)))));

    public LazyBindingData OfEvent(EventData received) => new(
        WithPartition(
            Entry("PartitionKey", () => received.PartitionKey),
            Entry("Offset", () => received.OffsetString),
            Entry("OffsetString", () => received.OffsetString),
            Entry("SequenceNumber", () => received.SequenceNumber.ToString(CultureInfo.InvariantCulture)),
            Entry("EnqueuedTimeUtc", () => Json(received.EnqueuedTime.UtcDateTime).Trim('"')),
            Entry("Properties", () => Json(received.Properties)),
            Entry("SystemProperties", () => Json(SystemProperties(received)))));

    private IEnumerable<KeyValuePair<string, Func<object?>>> WithPartition(params KeyValuePair<string, Func<object?>>[] entries) =>
        [Entry("PartitionContext", () => partitionContext), Entry("TriggerPartitionContext", () => partitionContext), .. entries];

    private static KeyValuePair<string, Func<object?>> Entry(string name, Func<object?> value) => new(name, value);

    private static Dictionary<string, object?> SystemProperties(EventData received)
    {
        var properties = received.SystemProperties.ToDictionary(entry => entry.Key, entry => (object?)entry.Value);
        properties["SequenceNumber"] = received.SequenceNumber;
        properties["Offset"] = received.OffsetString;
        properties["OffsetString"] = received.OffsetString;
        properties["PartitionKey"] = received.PartitionKey;
        properties["EnqueuedTimeUtc"] = received.EnqueuedTime.UtcDateTime;
        return properties;
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
