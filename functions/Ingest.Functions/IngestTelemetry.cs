using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.Functions;

/// <summary>The hub that SDK producers send to.</summary>
public sealed class IngestTelemetry(IngestHubs hubs, BatchInvocations invocations)
{
    // The host moves its checkpoint past a batch whose retries end: for ever is part of the product. Never long apart, so that a
    // partition goes on soon after whatever it waited for; the storage circuit keeps the attempts from hammering.
    [Function(nameof(IngestTelemetry))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:00:04")]
    public async Task RunAsync(
        [EventHubTrigger("%TelemetryHub%", Connection = "EventHub", ConsumerGroup = "%ConsumerGroup%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) =>
        await invocations.RunAsync(() => EventBatchMapper.Map(events, context, hubs), cancellationToken);
}
