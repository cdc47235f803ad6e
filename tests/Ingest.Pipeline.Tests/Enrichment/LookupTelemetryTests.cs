using System.Diagnostics.Metrics;
using System.Globalization;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Pipeline.Tests.Enrichment;

public sealed class LookupTelemetryTests
{
    [Fact]
    public void A_refresh_that_fails_is_counted_and_the_age_of_the_rows_grows_until_one_succeeds()
    {
        using var meter = new IngestMeter();
        var telemetry = new LookupTelemetry(meter, NullLogger<LookupTelemetry>.Instance);
        var lookup = new LookupDefinition($"lookup-{Guid.NewGuid():N}", "Devices", TimeSpan.FromMinutes(5));
        var measured = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == IngestMeter.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.Start();

        telemetry.Loaded(lookup, 7, 1000, TimeSpan.FromSeconds(1));
        telemetry.RefreshFailed(lookup, new IOException(), TimeSpan.FromMinutes(6));
        telemetry.Unchanged(lookup, TimeSpan.FromSeconds(1));

        Assert.Equal(["ingest.lookup.rows 7", "ingest.lookup.age 0", "ingest.lookup.stale 1", "ingest.lookup.age 360", "ingest.lookup.age 0"], measured);

        void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            where T : IFormattable
        {
            // Other tests measure at the same time.
            if (tags.ToArray().Contains(new("lookup", lookup.Name)))
            {
                measured.Add($"{instrument.Name} {value.ToString(null, CultureInfo.InvariantCulture)}");
            }
        }
    }
}
