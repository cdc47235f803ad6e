using System.Diagnostics;
using Ingest.Functions.Telemetry;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Ingest.Functions.Tests.Telemetry;

/// <summary>The app's own services with the real exporter, which sends to a fake endpoint; time stands still unless it is moved.</summary>
internal sealed class InstrumentedApp : IAsyncDisposable
{
    public const int Partitions = 32;

    // As the storage SDK traces: what it sends are children of the batch's span.
    private static readonly ActivitySource Storage = new("Azure.Storage.Fake");

    private static readonly EventBatch[] Batches = [.. Enumerable.Range(0, Partitions).Select(BatchOf)];

    private readonly IHost host;

    private InstrumentedApp(FakeInsights insights, IHost host, ManualTime time) => (Insights, this.host, Time) = (insights, host, time);

    public FakeInsights Insights { get; }

    public ManualTime Time { get; }

    public IServiceProvider Services => host.Services;

    public IngestMeter Meter => Services.GetRequiredService<IngestMeter>();

    public ILogger Logger => Services.GetRequiredService<ILogger<Ingest.Pipeline.IngestPipeline>>();

    public static async Task<InstrumentedApp> StartAsync(params (string Key, string Value)[] settings)
    {
        // The exporter reports about itself to Microsoft's own endpoints otherwise.
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true");
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_SDKSTATS_DISABLED_ALL", "true");
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_SDKSTATS_DISABLED", "true");
        var insights = await FakeInsights.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("APPLICATIONINSIGHTS_CONNECTION_STRING", insights.ConnectionString)).Append(("ApplicationInsights:EnableQuickPulseMetricStream", "false"))
            .Append(("Logging:LogLevel:Microsoft.Hosting.Lifetime", "None"))
            .Append(("Data", "UseDevelopmentStorage=true")).Append(("EventHub", "Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=s"))
            .Select(s => KeyValuePair.Create(s.Item1, (string?)s.Item2)));
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        var time = new ManualTime();
        builder.Services.AddIngest(builder.Configuration).AddIngestInsights(builder.Configuration).AddSingleton<TimeProvider>(time);
        var host = builder.Build();
        await host.StartAsync();
        return new InstrumentedApp(insights, host, time);
    }

    /// <summary>The meter, span and log calls of one batch of 2,000 events, and the client spans of its storage requests.</summary>
    public void Process(int partition)
    {
        var batch = Batches[partition % Partitions];
        using var span = Services.GetRequiredService<IngestTracing>().StartBatch(batch);
        Meter.Received(batch.Partition, batch.Count);
        foreach (var stage in Enum.GetValues<Stage>())
        {
            using var timer = Meter.Begin(stage, batch.Partition);
            using var request = Storage.StartActivity("BlockBlobClient.StageBlock", ActivityKind.Client);
            request?.SetTag("az.namespace", "Microsoft.Storage").SetTag("url.full", "https://stdata.blob.core.windows.net/lake/readings/date=2026-08-01/hour=10/x.parquet");
        }

        Meter.Commit(batch.Partition, [("readings", 1_980), ("alarms", 10)], [("readings", FaultCode.Schema, 10)])();
        Meter.Durable(batch.Partition, TimeSpan.FromSeconds(2));
        Meter.Committed(batch.Partition, batch.Count, 0, 0);
        Meter.Batch(batch.Partition, batch.Count, TimeSpan.FromMilliseconds(300));
        IngestTracing.Succeeded(span, batch.Count, 1_990, 10, 0);
        Logger.BatchCommitted(batch.Partition, batch.Count, 1, 1_990, 10, 0, batch.Last);
        Logger.Overtaken(batch.Partition);
    }

    /// <summary>The span of a batch that fails.</summary>
    public void Fail(Exception exception)
    {
        using var span = Services.GetRequiredService<IngestTracing>().StartBatch(Batches[0]);
        IngestTracing.Failed(span, exception);
    }

    /// <summary>What the sweep of one minute says.</summary>
    public void Sweep()
    {
        foreach (var batch in Batches)
        {
            Meter.Lag(batch.Partition, 12, TimeSpan.FromSeconds(1));
        }
    }

    public void FlushSpansAndLogs()
    {
        Assert.True(Services.GetRequiredService<TracerProvider>().ForceFlush(30_000));
        Assert.True(Services.GetRequiredService<LoggerProvider>().ForceFlush(30_000));
    }

    public void FlushMetrics() => Assert.True(Services.GetRequiredService<MeterProvider>().ForceFlush(30_000));

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        await Insights.DisposeAsync();
    }

    private static EventBatch BatchOf(int partition)
    {
        var producers = Enumerable.Range(0, 40).Select(i => (IDictionary<string, object>)new Dictionary<string, object>
        {
            [i % 2 == 0 ? "Diagnostic-Id" : "traceparent"] = $"00-{partition + 1:x32}-{i + 1:x16}-01",
        }).ToArray();
        return new EventBatch(new PartitionId("ns", "telemetry", partition), Enumerable.Range(0, 2_000).Select(i => new IncomingEvent
        {
            Body = default, SequenceNumber = i, EnqueuedUnixMs = 0, Properties = producers[i / 50],
        }).ToArray());
    }
}

/// <summary>A clock that only a test moves.</summary>
internal sealed class ManualTime : TimeProvider
{
    private TimeSpan passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => passed.Ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 8, 1, 10, 0, 0, TimeSpan.Zero) + passed;

    public void Advance(TimeSpan by) => passed += by;
}
