using Azure.Messaging.EventHubs;
using Ingest.Pipeline;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.Functions;

/// <summary>The hub that SDK producers send to.</summary>
public sealed class IngestTelemetry(IngestPipeline pipeline, IngestHubs hubs, InFlightInvocations inFlight)
{
    // The host moves its checkpoint past a batch whose retries end: for ever is part of the product.
    [Function(nameof(IngestTelemetry))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public async Task RunAsync(
        [EventHubTrigger("%TelemetryHub%", Connection = "EventHub", ConsumerGroup = "%ConsumerGroup%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        // A cancelled invocation may still be started.
        cancellationToken.ThrowIfCancellationRequested();
        using var invocation = inFlight.Begin();
        await pipeline.ProcessAsync(EventBatchMapper.Map(events, context, hubs), cancellationToken);
    }
}
