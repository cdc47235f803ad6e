using System.Globalization;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Ingest.Pipeline.Events;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.Functions;

/// <summary>From what the worker binds to what the pipeline takes; copies no body and decodes no property.</summary>
public static class EventBatchMapper
{
    /// <exception cref="InvalidOperationException">The host did not say which partition the batch is of: identity depends on it, so the batch must not be processed.</exception>
    public static EventBatch Map(EventData[] events, FunctionContext context, IngestHubs hubs)
    {
        var partition = PartitionOf(context);
        var fromDeviceHub = hubs.IsDeviceHub(partition.Hub);
        var mapped = new IncomingEvent[events.Length];
        for (var i = 0; i < events.Length; i++)
        {
            mapped[i] = Map(events[i], fromDeviceHub);
        }

        return EventBatch.OfDelivery(partition, mapped);
    }

    /// <param name="fromDeviceHub">Whether the event's hub is the one that IoT Hub alone sends to.</param>
    public static IncomingEvent Map(EventData data, bool fromDeviceHub) => new()
    {
        Body = data.EventBody.ToMemory(),
        SequenceNumber = data.SequenceNumber,
        Offset = data.OffsetString,
        EnqueuedUnixMs = data.EnqueuedTime.ToUnixTimeMilliseconds(),
        PartitionKey = data.PartitionKey,
        ContentType = data.ContentType,
        Properties = data.Properties,
        SystemProperties = data.SystemProperties,
        FromDeviceHub = fromDeviceHub,
    };

    private static PartitionId PartitionOf(FunctionContext context)
    {
        if (context.BindingContext.BindingData.TryGetValue("PartitionContext", out var value) && value?.ToString() is { Length: > 0 } json)
        {
            using var document = JsonDocument.Parse(json);
            var fields = document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.OrdinalIgnoreCase);
            if (Text(fields, "FullyQualifiedNamespace") is { } space && Text(fields, "EventHubName") is { } hub
                && int.TryParse(Text(fields, "PartitionId"), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return new PartitionId(space.ToLowerInvariant(), hub.ToLowerInvariant(), number);
            }
        }

        throw new InvalidOperationException(
            $"Invocation {context.InvocationId} has no usable PartitionContext in its binding data. The batch is retried; update the Event Hubs extension if this persists.");
    }

    private static string? Text(Dictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
