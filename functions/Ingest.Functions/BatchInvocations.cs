using Ingest.Pipeline;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Functions;

/// <summary>What the functions of all hubs do with a batch.</summary>
public sealed class BatchInvocations(IngestPipeline pipeline, InFlightInvocations inFlight, DeliveryOptions options, TimeProvider time)
{
    /// <summary>Makes the batch durable; throws where it is to be delivered again.</summary>
    public async Task RunAsync(Func<EventBatch> batch, CancellationToken cancellationToken)
    {
        // A cancelled invocation may still be started.
        cancellationToken.ThrowIfCancellationRequested();
        using var invocation = inFlight.Begin();
        try
        {
            await pipeline.ProcessAsync(batch(), cancellationToken);
        }
        catch (PartitionHeldException held) when (held.NeedsOperator)
        {
            // The host tries again within seconds, for the sake of what recovers by itself; this does not.
            await Task.Delay(options.HoldPause, time, cancellationToken);
            throw;
        }
    }
}
