using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Logs what becomes of lookups.</summary>
public sealed class LookupTelemetry(ILogger<LookupTelemetry> logger) : ILookupObserver
{
    public void Loaded(LookupDefinition lookup, int rows, long bytes, TimeSpan duration) =>
        logger.LookupLoaded(lookup.Name, rows, bytes, duration);

    public void RefreshFailed(LookupDefinition lookup, Exception exception, TimeSpan age) =>
        logger.LookupStale(exception, lookup.Name, age);
}
