using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.Functions;

/// <summary>The hub that IoT Hub alone sends to. Without one, AzureWebJobs.IngestDevices.Disabled switches this function off.</summary>
public sealed class IngestDevices(IngestHubs hubs, BatchInvocations invocations)
{
    // The host moves its checkpoint past a batch whose retries end: for ever is part of the product. Never long apart, so that a
    // partition goes on soon after whatever it waited for; the storage circuit keeps the attempts from hammering.
    [Function(nameof(IngestDevices))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:00:04")]
    public async Task RunAsync(
        [EventHubTrigger("%DeviceHub%", Connection = "EventHub", ConsumerGroup = "%ConsumerGroup%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) =>
        await invocations.RunAsync(() => EventBatchMapper.Map(events, context, hubs), cancellationToken);
}
