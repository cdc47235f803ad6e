using Azure.Messaging.EventHubs;
using Ingest.Pipeline;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.Functions;

/// <summary>The hub that IoT Hub alone sends to. Without one, AzureWebJobs.IngestDevices.Disabled switches this function off.</summary>
public sealed class IngestDevices(IngestPipeline pipeline, IngestHubs hubs, InFlightInvocations inFlight)
{
    // The host moves its checkpoint past a batch whose retries end: for ever is part of the product.
    [Function(nameof(IngestDevices))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public async Task RunAsync(
        [EventHubTrigger("%DeviceHub%", Connection = "EventHub", ConsumerGroup = "%ConsumerGroup%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        // A cancelled invocation may still be started.
        cancellationToken.ThrowIfCancellationRequested();
        using var invocation = inFlight.Begin();
        await pipeline.ProcessAsync(EventBatchMapper.Map(events, context, hubs), cancellationToken);
    }
}
