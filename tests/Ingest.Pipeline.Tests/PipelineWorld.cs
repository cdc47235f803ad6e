using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Telemetry;
using Ingest.Pipeline.Tests.Streams;
using Ingest.Testing;
using Ingest.Testing.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Pipeline.Tests;

/// <summary>The whole pipeline over one in-memory partition and in-memory stores.</summary>
internal sealed class PipelineWorld
{
    private readonly IngestPipeline pipeline;

    public PipelineWorld(string streamsJson, params (string Path, string Content)[] schemas)
        : this(streamsJson, null, schemas)
    {
    }

    public PipelineWorld(string streamsJson, IReplayRegister? replays, params (string Path, string Content)[] schemas)
        : this(streamsJson, replays, TimeProvider.System, schemas)
    {
    }

    public PipelineWorld(string streamsJson, IReplayRegister? replays, TimeProvider time, params (string Path, string Content)[] schemas)
    {
        var files = schemas.Aggregate(new MemoryStreamFiles(streamsJson), (all, schema) => all.With(schema.Path, schema.Content));
        var catalog = StreamCatalog.Load(files);
        Progress = new InMemoryProgressStore(Faults) { Clock = time };
        Segments = new InMemorySegmentStore(Faults, Progress);
        Hub = new InMemoryHubLog(Faults);
        Lake = new InMemoryLake(Segments);
        Quarantine = new InMemoryQuarantine(Segments);
        var delivery = new PartitionDelivery(
            new DeliveryDecisions(), Progress, Segments, Hub, new DeliveryOptions(), time, NullLogger<PartitionDelivery>.Instance);
        var enrichers = new StreamEnrichers(catalog, null, Settings.GetValueOrDefault, []);
        pipeline = new IngestPipeline(
            catalog, enrichers, new DecodingOptions(), delivery, Lake, Quarantine, Segments, [Table], new DeliveryOptions(), Meter, new IngestTracing(new TelemetryOptions()), time, Log, replays)
        {
            EnrichersOf = stream => Enrichers.GetValueOrDefault(stream) ?? enrichers.Of(catalog.Streams.Single(s => s.Name == stream)),
        };
    }

    /// <summary>App settings of every world.</summary>
    public static readonly Dictionary<string, string> Settings = new() { ["PiiSalt"] = "pepper" };

    public IngestMeter Meter { get; } = new();

    /// <summary>Stand in for a stream's own enrichers.</summary>
    public Dictionary<string, IReadOnlyList<IEnricher>> Enrichers { get; } = [];

    public RecordingLogger<IngestPipeline> Log { get; } = new();

    public FaultPlan Faults { get; } = new();

    public InMemoryProgressStore Progress { get; }

    public InMemorySegmentStore Segments { get; }

    public InMemoryHubLog Hub { get; }

    public InMemoryLake Lake { get; }

    public InMemoryQuarantine Quarantine { get; }

    public RecordingTable Table { get; } = new();

    public Task<BatchReceipt> ProcessAsync(long first, long last) => pipeline.ProcessAsync(Hub.Batch(DeliveryWorld.Partition, first, last), default);

    public Task SweepAsync() => pipeline.SweepAsync(DeliveryWorld.Partition, default);

    /// <summary>The rows that a reader of the stream's folder finds.</summary>
    public IEnumerable<IReadOnlyDictionary<string, string?>> VisibleRows(string stream) =>
        Segments.Visible.Keys.Where(path => path.StartsWith($"lake/{stream}/", StringComparison.Ordinal)).SelectMany(path => Lake.Rows[path]);

    public IReadOnlyList<string> Audit(long last) => DeliveryAudit.Problems(Segments, Progress[DeliveryWorld.Partition]!, 0, last);
}
