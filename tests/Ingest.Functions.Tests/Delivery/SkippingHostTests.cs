using System.Text.Json;
using Azure.Messaging.EventHubs;
using Ingest.LocalWorker.Invocation;
using Ingest.Pipeline;
using Ingest.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>A host that gives up on batches: its retries end, and it moves its checkpoint past them.</summary>
[Collection(LiveCollection.Name)]
public sealed class SkippingHostTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_host_that_skips_batches_loses_nothing()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(200);
        var giveUp = new GivesUp(last: 199);
        await using (await StartAsync(app, giveUp))
        {
            await giveUp.Finished.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.True(giveUp.Skipped >= 5, $"{giveUp.Skipped} batches skipped");
        Assert.True((await app.RowAsync()).Durable < 199, "The last batch was to be skipped.");
        app.Options.TailRepairAfter = TimeSpan.Zero;
        await app.SweepAsync();

        Assert.Equal((199, 200), ((await app.RowAsync()).Durable, (await app.RowAsync()).Totals.Written));
        await app.AssertAuditAsync();
    }

    private static async Task<RunningApp> StartAsync(LiveApp app, GivesUp giveUp)
    {
        var directory = Directory.CreateTempSubdirectory("skipping-host-").FullName;
        File.WriteAllText(Path.Combine(directory, "host.json"), """
            { "version": "2.0", "extensions": { "eventHubs": { "maxEventBatchSize": 10, "initialOffsetOptions": { "type": "fromStart" } } } }
            """);
        var values = new Dictionary<string, string?>(app.Settings)
        {
            ["FUNCTIONS_HTTP_PORT"] = "0",
            ["LocalWorker__LoadBalancingInterval"] = "00:00:00.100",
        };
        File.WriteAllText(Path.Combine(directory, "local.settings.json"), JsonSerializer.Serialize(new { IsEncrypted = false, Values = values }));
        var builder = new FunctionsApplicationBuilder([], new FunctionSource("Skipping.Host", [typeof(SkippingFunctions)], directory));
        app.Configure(builder.Services).AddSingleton(giveUp);
        var host = builder.Build();
        await host.StartAsync();
        return new RunningApp(host, directory);
    }

    private sealed class RunningApp(IHost host, string directory) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
            Directory.Delete(directory, recursive: true);
        }
    }
}

/// <summary>Fails both attempts at every other ten events, and at the last ones.</summary>
public sealed class GivesUp(long last)
{
    private readonly HashSet<long> skipped = [];

    public TaskCompletionSource Finished { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Skipped => skipped.Count;

    public void Attempt(EventData[] events, bool isRetry)
    {
        if (events[0].SequenceNumber / 10 % 2 == 0 && events[^1].SequenceNumber != last)
        {
            return;
        }

        skipped.Add(events[0].SequenceNumber);
        if (isRetry && events[^1].SequenceNumber == last)
        {
            Finished.TrySetResult();
        }

        throw new InvalidOperationException("This batch is given up.");
    }
}

public sealed class SkippingFunctions(IngestPipeline pipeline, IngestHubs hubs, GivesUp giveUp)
{
    [Function("Skipping")]
    [FixedDelayRetry(1, "00:00:00.010")]
    public async Task RunAsync(
        [EventHubTrigger("%TelemetryHub%", Connection = "EventHub", ConsumerGroup = "%ConsumerGroup%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        giveUp.Attempt(events, context.RetryContext is not null);
        await pipeline.ProcessAsync(EventBatchMapper.Map(events, context, hubs), cancellationToken);
    }
}
