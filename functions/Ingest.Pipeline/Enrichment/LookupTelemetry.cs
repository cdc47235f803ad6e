using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Logs and counts what becomes of lookups.</summary>
public sealed class LookupTelemetry(IngestMeter meter, ILogger<LookupTelemetry> logger) : ILookupObserver
{
    public void Loaded(LookupDefinition lookup, int rows, long bytes, TimeSpan duration)
    {
        meter.LookupRead(lookup.Name, rows);
        logger.LookupLoaded(lookup.Name, rows, bytes, duration);
    }

    public void Unchanged(LookupDefinition lookup, TimeSpan duration)
    {
        meter.LookupUnchanged(lookup.Name);
        logger.LookupUnchanged(lookup.Name, duration);
    }

    public void RefreshFailed(LookupDefinition lookup, Exception exception, TimeSpan age)
    {
        meter.LookupStale(lookup.Name, age);
        logger.LookupStale(exception, lookup.Name, age);
    }
}
