using System.Collections.Concurrent;
using Ingest.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

[Collection(WorkerCollection.Name)]
public sealed class BatchTests(AzuriteFixture azurite)
{
    private const string TenAtATime = """{ "extensions": { "eventHubs": { "maxEventBatchSize": 10, "prefetchCount": 50 } } }""";

    [Fact]
    public async Task Every_event_of_every_partition_arrives_once_and_in_order()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite, partitions: 4);
        for (var partition = 0; partition < 4; partition++)
        {
            hub.Append(partition, 250);
        }

        var script = new Script();
        await using var app = await StartAsync(hub, script, TenAtATime);

        var attempts = await script.UntilAsync(1000);

        foreach (var partition in attempts.GroupBy(attempt => attempt.Context.BindingContext.BindingData["PartitionContext"]))
        {
            Assert.Equal(Enumerable.Range(0, 250).Select(number => (long)number), partition.SelectMany(attempt => attempt.Events).Select(received => received.SequenceNumber));
        }
    }

    [Fact]
    public async Task No_batch_is_larger_than_maxEventBatchSize()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 95);
        var script = new Script();
        await using var app = await StartAsync(hub, script, TenAtATime);

        var sizes = (await script.UntilAsync(95)).Select(attempt => attempt.Events.Length).ToList();

        Assert.All(sizes, size => Assert.InRange(size, 1, 10));
        Assert.Contains(10, sizes);
    }

    [Fact]
    public async Task A_partition_runs_one_batch_at_a_time_while_others_run_beside_it()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite, partitions: 2);
        hub.Append(0, 30);
        hub.Append(1, 30);
        var running = new ConcurrentDictionary<string, int>();
        var overlaps = 0;
        var bothRun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new Script
        {
            Body = async (attempt, _) =>
            {
                var partition = (string)attempt.Context.BindingContext.BindingData["PartitionContext"]!;
                if (running.AddOrUpdate(partition, 1, (_, count) => count + 1) > 1)
                {
                    Interlocked.Increment(ref overlaps);
                }

                if (running.Values.Count(count => count > 0) == 2)
                {
                    bothRun.TrySetResult();
                }

                // Neither partition goes on until both were seen running: they must not wait for each other.
                await bothRun.Task;
                await Task.Yield();
                running.AddOrUpdate(partition, 0, (_, count) => count - 1);
            },
        };
        await using var app = await StartAsync(hub, script, TenAtATime);

        await script.UntilAsync(60);

        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task A_batch_waits_for_minEventBatchSize()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 3);
        var script = new Script();
        await using var app = await StartAsync(
            hub, script, """{ "extensions": { "eventHubs": { "maxEventBatchSize": 10, "minEventBatchSize": 5, "maxWaitTime": "00:05:00", "prefetchCount": 0 } } }""");
        // Another group gets the three: so they are on their way, and yet the function is not started with them.
        await hub.ReceiveElsewhereAsync(3);
        Assert.False(script.HasMore);

        hub.Append(0, 2);

        Assert.Equal(5, (await script.NextAsync()).Events.Length);
    }

    [Fact]
    public async Task A_batch_below_minEventBatchSize_comes_after_maxWaitTime()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 3);
        var script = new Script();
        await using var app = await StartAsync(
            hub, script, """{ "extensions": { "eventHubs": { "maxEventBatchSize": 10, "minEventBatchSize": 5, "maxWaitTime": "00:00:00.300" } } }""");

        Assert.Equal(3, (await script.NextAsync()).Events.Length);
    }

    [Fact]
    public async Task No_more_than_prefetchCount_events_are_read_ahead()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 200);
        var release = new TaskCompletionSource();
        var script = new Script { Body = (_, _) => release.Task };
        await using var app = await StartAsync(
            hub, script, """{ "extensions": { "eventHubs": { "maxEventBatchSize": 10, "prefetchCount": 40 } } }""");
        var first = await script.NextAsync();

        // What the hub still holds beyond the prefetch is dropped by retention, and so never arrives.
        hub.Hub[0].TrimTo(200);
        release.SetResult();
        hub.Append(0, 1);
        var attempts = new List<Attempt> { first };
        while (attempts[^1].Last != 200)
        {
            attempts.Add(await script.NextAsync());
        }

        Assert.InRange(attempts.Sum(attempt => attempt.Events.Length), 11, 10 + 40 + 1);
    }

    [Fact]
    public async Task A_function_that_is_not_batched_gets_single_events_in_order()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 12);
        var script = new Script();
        await using var app = await LocalApp.StartAsync(
            [typeof(SingleEventFunctions)], hub.Settings, configure: builder => builder.Services.AddSingleton(script));

        var attempts = await script.UntilAsync(12);

        Assert.Equal(Enumerable.Range(0, 12).Select(number => (long)number), attempts.Select(attempt => attempt.First));
        Assert.Equal("11", attempts[^1].Context.BindingContext.BindingData["sequenceNumber"]);
        Assert.Equal(11, await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 11));
    }

    private static Task<LocalApp> StartAsync(HubUnderTest hub, Script script, string hostJson) => LocalApp.StartAsync(
        [typeof(BatchFunctions)], hub.Settings, hostJson, builder => builder.Services.AddSingleton(script));
}
