using Ingest.Pipeline;
using Microsoft.Extensions.Hosting;

namespace Ingest.Functions;

/// <summary>Makes every enricher before the first event: a setting or an enricher that is missing keeps the app from starting.</summary>
public sealed class EnrichersAtStart(StreamEnrichers enrichers) : IHostedService
{
    public StreamEnrichers Enrichers => enrichers;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
