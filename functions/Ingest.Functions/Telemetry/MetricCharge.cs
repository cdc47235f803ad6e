using Ingest.Pipeline.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Ingest.Functions.Telemetry;

/// <summary>Charges every point that the exporter sends each minute to the telemetry budget. Sends nothing itself.</summary>
public sealed class MetricCharge(TelemetryBudget budget) : BaseExporter<Metric>
{
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var bytes = 0L;
        foreach (var metric in batch)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var tags = new List<KeyValuePair<string, object?>>();
                foreach (var tag in point.Tags)
                {
                    tags.Add(tag);
                }

                bytes += TelemetrySize.OfPoint(metric.Name, tags);
            }
        }

        budget.TrySpend(TelemetryKind.Essential, bytes);
        return ExportResult.Success;
    }
}
