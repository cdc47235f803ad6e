using System.Text.Json;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;

namespace Contoso.Enrichers;

/// <summary>How warm it feels: <c>{ "use": "heat-index", "add": { "felt": "number" }, "options": { "humidity": "humidity" } }</c>.</summary>
public sealed class HeatIndex : IEnricherFactory
{
    public string Name => "heat-index";

    public IEnricher Create(EnricherUse use)
    {
        var humidity = use.Options.ValueKind == JsonValueKind.Object && use.Options.TryGetProperty("humidity", out var name) ? name.GetString()! : "humidity";
        return new Enricher(
            use.Reads("temperature", ColumnType.Double).Name,
            use.Reads(humidity, ColumnType.Double).Name,
            use.AddsOne(ColumnType.Double).Name);
    }

    private sealed class Enricher(string temperature, string humidity, string felt) : IEnricher
    {
        public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
        {
            var celsius = (DoubleColumn)batch[temperature];
            var percent = (DoubleColumn)batch[humidity];
            var into = (DoubleColumn)batch[felt];
            for (var row = 0; row < batch.RowCount; row++)
            {
                if (celsius.IsNull(row) || percent.IsNull(row))
                {
                    into.AppendNull();
                }
                else
                {
                    // Steadman's simple form: half of the air's moisture above 10 hPa counts as warmth.
                    var vapour = percent.Values[row] / 100 * 6.105 * Math.Exp(17.27 * celsius.Values[row] / (237.7 + celsius.Values[row]));
                    into.Append(Math.Round(celsius.Values[row] + ((5.0 / 9.0) * (vapour - 10)), 1));
                }
            }

            return Task.CompletedTask;
        }
    }
}
