using System.Diagnostics;
using Ingest.Pipeline.Telemetry;
using OpenTelemetry;

namespace Ingest.Functions.Telemetry;

/// <summary>
/// Keeps spans within the telemetry budget. Decided where a trace begins in this process, so that what arrives is whole; a span
/// that ends when nothing is left goes all the same. Stands before the exporter, which is added when the host starts.
/// </summary>
public sealed class BudgetedSpans(TelemetryBudget budget, IngestMeter meter) : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);

        // The exporter's sampler asks nobody's parent.
        if (data.Parent is { } parent ? !parent.Recorded : !budget.HasRoomFor(TelemetryKind.Span))
        {
            Drop(data);
        }
    }

    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Recorded && !budget.TrySpend(TelemetryKind.Span, TelemetrySize.Of(data)))
        {
            Drop(data);
        }
    }

    private void Drop(Activity span)
    {
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
        meter.Dropped(TelemetryKind.Span);
    }
}
