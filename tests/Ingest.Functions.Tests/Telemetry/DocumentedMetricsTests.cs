using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage;
using Ingest.Storage.Lake;
using Ingest.Storage.Tables;
using Ingest.Storage.Throttling;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Telemetry;

/// <summary>docs/telemetry.md lists the metrics that there are, and each of them reaches Application Insights.</summary>
[Collection(TelemetryCollection.Name)]
public partial class DocumentedMetricsTests
{
    private sealed record Described(string Name, string Kind, string Unit, string Tags);

    private static readonly IReadOnlyList<Described> Documented =
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "telemetry.md")))
            .Select(m => new Described(m.Groups["name"].Value, m.Groups["kind"].Value, m.Groups["unit"].Value.Trim(), Sorted(m.Groups["tags"].Value.Split(',', StringSplitOptions.TrimEntries)))),
    ];

    [Fact]
    public void The_documented_metrics_are_the_metrics_with_their_kinds_units_and_tags()
    {
        var emitted = new Dictionary<string, (Described Metric, HashSet<string> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == IngestMeter.Name)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();

        using (var everything = new EveryMetric())
        {
            listener.RecordObservableInstruments();
        }

        Assert.NotEmpty(Documented);
        Assert.Equal(
            Documented.OrderBy(m => m.Name, StringComparer.Ordinal),
            emitted.Values.Select(m => m.Metric with { Tags = Sorted(m.Tags) }).OrderBy(m => m.Name, StringComparer.Ordinal));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Other tests may run beside this one; their measurements have the same tags.
            lock (emitted)
            {
                var metric = new Described(instrument.Name, KindOf(instrument), instrument.Unit ?? "", "");
                emitted.TryAdd(instrument.Name, (metric, []));
                foreach (var (name, _) in tags)
                {
                    emitted[instrument.Name].Tags.Add(name);
                }
            }
        }
    }

    [Fact]
    public async Task Every_documented_metric_arrives_at_the_ingestion_endpoint()
    {
        await using var app = await InstrumentedApp.StartAsync();
        using var everything = new EveryMetric();

        app.FlushMetrics();

        var arrived = app.Insights.Items.SelectMany(i => i.Metrics).ToHashSet();
        Assert.NotEmpty(Documented);
        Assert.Empty(Documented.Select(m => m.Name).Except(arrived));
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        var name when name.StartsWith("Counter", StringComparison.Ordinal) => "counter",
        var name when name.StartsWith("Histogram", StringComparison.Ordinal) => "histogram",
        var name when name.StartsWith("Gauge", StringComparison.Ordinal) || name.StartsWith("ObservableGauge", StringComparison.Ordinal) => "gauge",
        var name => name,
    };

    private static string Sorted(IEnumerable<string> tags) => string.Join(", ", tags.Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| `(?<name>ingest\.[\w.]+)` \| (?<kind>\w+) \|(?<unit>[^|]*)\|(?<tags>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>Records something of every instrument, through the methods that the product calls.</summary>
    private sealed class EveryMetric : IDisposable
    {
        private static readonly PartitionId Partition = new("ns", "telemetry", 3);

        private readonly IngestMeter ingest = new();
        private readonly TableMeter tables = new();
        private readonly SegmentMeter segments = new();
        private readonly AccountThrottle throttle = new("stdata", new StorageOptions(), TimeProvider.System, () => 0.5);

        public EveryMetric()
        {
            ingest.Received(Partition, 10);
            ingest.Batch(Partition, 10, TimeSpan.FromSeconds(1));
            ingest.Committed(Partition, 10, 1, 1);
            ingest.Commit(Partition, [("readings", 9)], [("readings", FaultCode.Schema, 1)], 1)();
            ingest.Durable(Partition, TimeSpan.FromSeconds(1));
            ingest.Lag(Partition, 1, TimeSpan.FromSeconds(1));
            ingest.Held(Partition);
            foreach (var stage in Enum.GetValues<Stage>())
            {
                ingest.Begin(stage, Partition).Dispose();
            }

            ingest.LookupRead("sites", 10);
            ingest.LookupStale("sites", TimeSpan.FromSeconds(1));
            ingest.Dropped(TelemetryKind.Span);
            ingest.Dropped(TelemetryKind.Information);
            tables.Rows("table", "readings", 100);
            tables.Transaction("table");
            tables.Overwritten("readings", 1);
            segments.Staged(new SegmentName("lake", "readings", 1, "telemetry", 3, 1, 0, 9, "a"), 1_000);
            throttle.Meter.Answered(StorageService.Blob, 201);
            throttle.Meter.Succeeded(StorageService.Blob, RequestKind.BlobWrite, TimeSpan.FromMilliseconds(20));
            throttle.Meter.PushedBack(StorageService.Table);
            throttle.Meter.RetryRefused();
        }

        public void Dispose()
        {
            ingest.Dispose();
            tables.Dispose();
            segments.Dispose();
            throttle.Dispose();
        }
    }
}
