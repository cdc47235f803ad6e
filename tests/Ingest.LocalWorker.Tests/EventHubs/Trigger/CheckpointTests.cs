using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

[Collection(WorkerCollection.Name)]
public sealed class CheckpointTests(AzuriteFixture azurite)
{
    private static string Batches(int size, int frequency = 1) =>
        $$"""{ "extensions": { "eventHubs": { "maxEventBatchSize": {{size}}, "batchCheckpointFrequency": {{frequency}} } } }""";

    [Fact]
    public async Task The_checkpoint_moves_behind_a_batch_that_succeeded()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 5);
        await using var app = await StartAsync<BatchFunctions>(hub, new Script(), Batches(100));

        Assert.Equal(4, await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 4));
    }

    [Fact]
    public async Task The_checkpoint_moves_behind_a_batch_that_failed_for_good()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 5);
        var script = new Script { Body = (_, _) => throw new InvalidOperationException("broken") };
        await using var app = await StartAsync<ThreeRetriesFunctions>(hub, script, Batches(100));

        await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 4);

        Assert.Equal([null, 1, 2, 3], [(await script.NextAsync()).RetryCount, (await script.NextAsync()).RetryCount, (await script.NextAsync()).RetryCount, (await script.NextAsync()).RetryCount]);
        Assert.False(script.HasMore);
    }

    [Fact]
    public async Task Only_every_nth_batch_is_checkpointed()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 7);
        await using (await StartAsync<BatchFunctions>(hub, new Script(), Batches(1, frequency: 3)))
        {
            await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 5);
        }

        Assert.Equal(5, await hub.CheckpointAsync());
    }

    [Fact]
    public async Task A_restart_goes_on_behind_the_checkpoint()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 10);
        await using (await StartAsync<BatchFunctions>(hub, new Script(), Batches(100)))
        {
            await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 9);
        }

        hub.Append(0, 3);
        var script = new Script();
        await using var again = await StartAsync<BatchFunctions>(hub, script, Batches(100));

        Assert.Equal(10, (await script.NextAsync()).First);
    }

    [Fact]
    public async Task A_batch_that_succeeds_while_the_host_stops_is_not_checkpointed()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var cancelled = new TaskCompletionSource();
        var script = new Script
        {
            Body = async (_, token) =>
            {
                using var registration = token.Register(() => cancelled.SetResult());
                await cancelled.Task;
            },
        };
        await using (await StartAsync<BatchFunctions>(hub, script, Batches(100)))
        {
            await script.NextAsync();
        }

        Assert.True(cancelled.Task.IsCompleted);
        Assert.Null(await hub.CheckpointAsync());
    }

    [Fact]
    public async Task A_partition_stolen_while_its_batch_runs_trips_the_token_and_is_not_checkpointed()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var ended = new TaskCompletionSource();
        var attempts = 0;
        var script = new Script
        {
            Body = async (_, token) =>
            {
                if (Interlocked.Increment(ref attempts) == 1)
                {
                    var cancelled = new TaskCompletionSource();
                    using var registration = token.Register(cancelled.SetResult);
                    await cancelled.Task;
                    ended.SetResult();
                }
            },
        };
        await using var app = await StartAsync<BatchFunctions>(hub, script, Batches(100));
        await script.NextAsync();

        // Another process claims the partition and attaches its link.
        var record = (await hub.Store.ListOwnershipAsync(CancellationToken.None))["0"];
        Assert.NotNull(await hub.Store.ClaimAsync("0", "somebody-else", record.Version, CancellationToken.None));
        hub.Emulator.Faults.StealPartition(hub.Name, "readers", 0);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null(await hub.CheckpointAsync());
        // Once the other owner expires, the very same event comes again.
        Assert.Equal(0, (await script.NextAsync()).First);
        Assert.Equal(0, await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 0));
    }

    [Fact]
    public async Task A_claim_by_another_process_alone_stops_the_partition()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var cancelled = new TaskCompletionSource();
        var script = new Script { Body = (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => cancelled.TrySetResult(), TaskScheduler.Default) };
        await using var app = await StartAsync<BatchFunctions>(hub, script, Batches(100));
        await script.NextAsync();

        await Eventually.TrueAsync(
            async () => (await hub.Store.ListOwnershipAsync(CancellationToken.None))["0"] is { } record
                && await hub.Store.ClaimAsync("0", "somebody-else", record.Version, CancellationToken.None) is not null,
            claimed => claimed);

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null(await hub.CheckpointAsync());
    }

    [Theory]
    [InlineData("fromStart", 0)]
    [InlineData("fromEnd", 5)]
    [InlineData("fromEnqueuedTime", 5)]
    public async Task A_partition_without_checkpoint_begins_where_initialOffsetOptions_says(string type, long earliest)
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 5);
        var script = new Script();
        var now = DateTimeOffset.UtcNow.ToString("O");
        await using var app = await StartAsync<BatchFunctions>(
            hub, script, $$"""{ "extensions": { "eventHubs": { "initialOffsetOptions": { "type": "{{type}}", "enqueuedTimeUtc": "{{now}}" } } } }""");

        // The end is wherever it was when the link attached, which nobody announces: append until something arrives.
        await Eventually.TrueAsync(() => Task.FromResult(hub.AppendAndCount(script)), seen => seen);

        var first = (await script.NextAsync()).First;
        Assert.True(earliest == 0 ? first == 0 : first >= earliest, $"It began at {first}.");
    }

    [Fact]
    public async Task Ownership_and_checkpoint_lie_in_the_official_layout()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 2);
        var settings = hub.Settings;
        settings["Group"] = "Readers";
        await using var app = await LocalApp.StartAsync(
            [typeof(BatchFunctions)], settings, configure: builder => builder.Services.AddSingleton(new Script()));
        await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 1);

        var container = new Azure.Storage.Blobs.BlobContainerClient(
            azurite.ConnectionString,
            "azure-webjobs-eventhub",
            new Azure.Storage.Blobs.BlobClientOptions(Azure.Storage.Blobs.BlobClientOptions.ServiceVersion.V2026_06_06));
        var checkpoint = (await container.GetBlobClient($"localhost/{hub.Name}/readers/checkpoint/0").GetPropertiesAsync()).Value;
        var ownership = (await container.GetBlobClient($"localhost/{hub.Name}/readers/ownership/0").GetPropertiesAsync()).Value;
        Assert.Equal(0, checkpoint.ContentLength);
        Assert.Equal(hub.Hub[0].LastOffset, checkpoint.Metadata["offset"]);
        Assert.Equal("1", checkpoint.Metadata["sequencenumber"]);
        Assert.NotEmpty(ownership.Metadata["ownerid"]);
    }

    [Fact]
    public void A_checkpoint_without_offset_is_continued_by_its_sequence_number()
    {
        var position = PartitionPump.PositionOf(new Checkpoint(null, 41), new LocalWorker.Settings.EventHubsSettings());

        Assert.Equal("amqp.annotation.x-opt-sequence-number > '41'", position.ToString());
    }

    private static Task<LocalApp> StartAsync<T>(HubUnderTest hub, Script script, string hostJson) => LocalApp.StartAsync(
        [typeof(T)], hub.Settings, hostJson, builder => builder.Services.AddSingleton(script));
}
