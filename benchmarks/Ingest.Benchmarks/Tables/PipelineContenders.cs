using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Ingest.Pipeline;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Benchmarks.Tables;

/// <summary>The product end to end, four partitions at once, as the function app wires it.</summary>
internal sealed class WholePipeline : IDisposable
{
    private const string Stream = """
        "name": "telemetry", "schema": "telemetry.json", "id": "/eventId", "key": "/deviceId", "time": "/createdAt"
        """;

    private const string Table = """
        "write": { "table": { "name": "Telemetry", "partitionKey": "{hash:deviceId:4}", "rowKey": "{deviceId}-{time:desc}-{id}" } }
        """;

    private readonly ServiceProvider services;
    private readonly IngestPipeline pipeline;
    private readonly IncomingEvent[] events;
    private readonly long[] next;

    /// <param name="writesTable">Whether each record is a row of a table as well.</param>
    public WholePipeline(IncomingEvent[] events, int partitions, string connection, bool writesTable = true)
    {
        this.events = events;
        next = new long[partitions];
        var catalog = StreamCatalog.Load(new Files($$"""{ "streams": [ { {{Stream}}{{(writesTable ? "," + Table : "")}} } ] }"""));
        services = new ServiceCollection()
            .AddIngestStorage(new ConfigurationBuilder().AddInMemoryCollection([new("Data", connection)]).Build(), _ => catalog.Streams)
            .AddSingleton<IngestMeter>().BuildServiceProvider();
        var segments = services.GetRequiredService<ISegmentStore>();
        var delivery = new PartitionDelivery(
            new DeliveryDecisions(), services.GetRequiredService<IProgressStore>(), segments, new EndlessHub(), new DeliveryOptions(), TimeProvider.System,
            NullLogger<PartitionDelivery>.Instance);
        pipeline = new IngestPipeline(
            catalog, new StreamEnrichers(catalog, null, static _ => null, []), new DecodingOptions(), delivery, services.GetRequiredService<ILake>(),
            services.GetRequiredService<IQuarantine>(), segments, services.GetServices<ISink>(), new DeliveryOptions(), services.GetRequiredService<IngestMeter>(),
            new IngestTracing(new TelemetryOptions()), TimeProvider.System, NullLogger<IngestPipeline>.Instance);
    }

    /// <summary>One batch of all events on each partition.</summary>
    public Task RunAsync() => RunAsync(partition => BatchOf(partition, events.Length, ownBodies: false));

    /// <summary>One batch on each partition, in memory of its own, as the host hands one over.</summary>
    /// <param name="size">Events of a batch, at most as many as there are.</param>
    public Task RunAsync(int size) => RunAsync(partition => BatchOf(partition, size, ownBodies: true));

    public void Dispose() => services.Dispose();

    private Task RunAsync(Func<int, IncomingEvent[]> batchOf) =>
        Task.WhenAll(Enumerable.Range(0, next.Length).Select(partition => Task.Run(() => RunAsync(partition, batchOf(partition)))));

    private IncomingEvent[] BatchOf(int partition, int size, bool ownBodies)
    {
        var batch = new IncomingEvent[size];
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i] = events[i] with { SequenceNumber = next[partition]++, Body = ownBodies ? events[i].Body.ToArray() : events[i].Body };
        }

        return batch;
    }

    private async Task RunAsync(int partition, IncomingEvent[] batch)
    {
        var id = new PartitionId("benchmark.servicebus.windows.net", "telemetry", partition);
        var receipt = await pipeline.ProcessAsync(new EventBatch(id, batch), CancellationToken.None).ConfigureAwait(false);
        if (receipt.Written != batch.Length)
        {
            throw new InvalidOperationException($"{receipt.Written} of {batch.Length} records were written.");
        }
    }

    private sealed class Files(string streams) : IStreamFiles
    {
        public string StreamsFile => "streams.json";

        public byte[]? Read(string path) => Encoding.UTF8.GetBytes(path == StreamsFile ? streams : TelemetryEvents.SchemaJson);
    }

    /// <summary>A hub whose events come in batches only.</summary>
    private sealed class EndlessHub : IHubLog
    {
        public Task<HubState> GetStateAsync(PartitionId partition, CancellationToken cancellationToken) =>
            Task.FromResult(new HubState(TelemetryEvents.EnqueuedUnixMs - 1, 0, long.MaxValue, TelemetryEvents.EnqueuedUnixMs));

        public Task<IReadOnlyList<IncomingEvent>> ReadAsync(
            PartitionId partition, long first, string? afterOffset, int maxEvents, long maxBytes, CancellationToken cancellationToken) =>
            throw new NotSupportedException("There are no gaps.");
    }
}

/// <summary>What one writes first: an object an event, one upsert and one blob for it.</summary>
internal sealed class SingleWrites : IDisposable
{
    private readonly HttpClient client;
    private readonly TableClient table;
    private readonly BlobContainerClient container;
    private readonly IncomingEvent[] events;
    private readonly int partitions;
    private long blobs;

    /// <param name="connections">Connections to the server at most; null: the SDK's own transport with its 50.</param>
    public SingleWrites(IncomingEvent[] events, int partitions, string connection, int? connections)
    {
        this.events = events;
        this.partitions = partitions;
        client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections ?? 1, UseCookies = false });
        var (tableOptions, blobOptions) = (new TableClientOptions(), new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));
        if (connections is not null)
        {
            tableOptions.Transport = blobOptions.Transport = new HttpClientTransport(client);
        }

        table = new TableServiceClient(connection, tableOptions).GetTableClient("Telemetry");
        container = new BlobServiceClient(connection, blobOptions).GetBlobContainerClient("events");
    }

    /// <summary>All events of a batch at once, on each partition.</summary>
    public Task RunAllAtOnceAsync() => Task.WhenAll(Enumerable.Range(0, partitions).Select(_ => Task.Run(() => Task.WhenAll(events.Select(WriteAsync)))));

    /// <summary>One event after the other, on each partition.</summary>
    public Task RunOneByOneAsync(int count) => Task.WhenAll(Enumerable.Range(0, partitions).Select(_ => Task.Run(async () =>
    {
        foreach (var e in events.Take(count))
        {
            await WriteAsync(e).ConfigureAwait(false);
        }
    })));

    public void Dispose() => client.Dispose();

    private async Task WriteAsync(IncomingEvent e)
    {
        var body = Encoding.UTF8.GetString(e.Body.Span);
        var record = JsonSerializer.Deserialize<Telemetry>(body, JsonSerializerOptions.Web)!;
        await table.UpsertEntityAsync(SdkTables.EntityOf(record, record.DeviceId![^2..], e.SequenceNumber), TableUpdateMode.Replace).ConfigureAwait(false);
        var name = string.Create(CultureInfo.InvariantCulture, $"{record.DeviceId}/{Interlocked.Increment(ref blobs)}.json");
        await container.UploadBlobAsync(name, BinaryData.FromString(body)).ConfigureAwait(false);
    }
}
