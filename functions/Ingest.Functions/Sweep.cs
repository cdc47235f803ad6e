using Ingest.Pipeline;
using Ingest.Pipeline.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Ingest.Functions;

/// <summary>Publishes, each minute and for every partition of every hub, what an instance that died had committed but not made visible.</summary>
public sealed class Sweep(IngestPipeline pipeline, IngestHubs hubs, EventHubLog log, InFlightInvocations inFlight, ILogger<Sweep> logger)
{
    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        using var invocation = inFlight.Begin();
        foreach (var hub in hubs.All)
        {
            try
            {
                await SweepAsync(hub, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // A hub in trouble must not keep the other from being swept.
                logger.HubNotSwept(exception, hub);
            }
        }
    }

    private async Task SweepAsync(string hub, CancellationToken cancellationToken)
    {
        foreach (var partition in await log.PartitionsAsync(hub, cancellationToken))
        {
            try
            {
                await pipeline.SweepAsync(partition, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // One partition in trouble must not keep the others from being swept.
                logger.SweepFailed(exception, partition);
            }
        }
    }
}
