using Ingest.Pipeline;
using Ingest.Pipeline.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Ingest.Functions;

/// <summary>
/// Each minute, for every partition of every hub: publishes what an instance that died had committed but not made visible, fetches
/// what the host or an operator has skipped, and says how far it is behind.
/// </summary>
public sealed class Sweep(IngestPipeline pipeline, IngestHubs hubs, EventHubLog log, InFlightInvocations inFlight, ILogger<Sweep> logger)
{
    // Each may hold one repair batch in memory.
    private const int PartitionsAtOnce = 4;

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
        var partitions = await log.PartitionsAsync(hub, cancellationToken);
        var several = new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(partitions, several, async (partition, token) =>
        {
            try
            {
                await pipeline.SweepAsync(partition, token);
            }
            catch (Exception exception) when (!token.IsCancellationRequested)
            {
                // One partition in trouble must not keep the others from being swept.
                logger.SweepFailed(exception, partition);
            }
        });
    }
}
