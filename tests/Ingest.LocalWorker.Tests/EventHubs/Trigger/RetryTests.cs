using Ingest.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

[Collection(WorkerCollection.Name)]
public sealed class RetryTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Endless_retry_repeats_the_same_events_until_they_succeed_and_holds_the_partition_meanwhile()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 3);
        var failures = 12;
        var script = new Script { Body = (_, _) => failures-- > 0 ? throw new InvalidOperationException("not yet") : Task.CompletedTask };
        await using var app = await StartAsync(hub, script, typeof(EndlessRetriesFunctions));

        var first = await script.NextAsync();
        hub.Append(0, 1);
        var attempts = new List<Attempt> { first };
        while (attempts[^1].RetryCount != 12)
        {
            attempts.Add(await script.NextAsync());
        }

        Assert.Null(first.Context.RetryContext);
        Assert.All(attempts, attempt => Assert.True(first.Events.SequenceEqual(attempt.Events)));
        Assert.Equal([null, .. Enumerable.Range(1, 12)], attempts.Select(attempt => attempt.RetryCount));
        Assert.All(attempts.Skip(1), attempt => Assert.Equal(-1, attempt.Context.RetryContext!.MaxRetryCount));
        Assert.Equal(3, (await script.NextAsync()).First);
    }

    [Fact]
    public async Task The_batch_behind_one_that_failed_for_good_starts_without_retry_context()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (attempt, _) => attempt.First == 0 ? throw new InvalidOperationException("poison") : Task.CompletedTask };
        await using var app = await StartAsync(hub, script, typeof(ThreeRetriesFunctions));
        await script.UntilAsync(4);

        hub.Append(0, 1);

        var next = await script.NextAsync();
        Assert.Equal(1, next.First);
        Assert.Null(next.Context.RetryContext);
    }

    [Fact]
    public async Task Without_retry_a_failed_batch_is_left_behind()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (attempt, _) => attempt.First == 0 ? throw new InvalidOperationException("poison") : Task.CompletedTask };
        await using var app = await StartAsync(hub, script, typeof(BatchFunctions));
        await script.NextAsync();

        hub.Append(0, 1);

        Assert.Equal(1, (await script.NextAsync()).First);
    }

    [Fact]
    public async Task The_retry_of_host_json_holds_for_functions_without_attribute()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var failures = 2;
        var script = new Script { Body = (_, _) => failures-- > 0 ? throw new InvalidOperationException("not yet") : Task.CompletedTask };
        await using var app = await StartAsync(
            hub, script, typeof(BatchFunctions), """{ "retry": { "strategy": "fixedDelay", "maxRetryCount": 5, "delayInterval": "00:00:00.010" } }""");

        Assert.Equal([null, 1, 2], (await script.UntilAsync(3)).Select(attempt => attempt.RetryCount));
    }

    [Fact]
    public async Task A_cancellation_that_escapes_without_a_stop_counts_as_failure()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (attempt, _) => attempt.RetryCount is null ? throw new OperationCanceledException("own") : Task.CompletedTask };
        await using var app = await StartAsync(hub, script, typeof(ThreeRetriesFunctions));

        Assert.Equal([null, 1], (await script.UntilAsync(2)).Select(attempt => attempt.RetryCount));
    }

    [Fact]
    public async Task A_stop_ends_an_endless_retry_without_a_checkpoint()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (_, _) => throw new InvalidOperationException("for ever") };
        await using (await StartAsync(hub, script, typeof(EndlessRetriesFunctions)))
        {
            await script.UntilAsync(3);
        }

        Assert.Null(await hub.CheckpointAsync());
    }

    private static Task<LocalApp> StartAsync(HubUnderTest hub, Script script, Type function, string hostJson = "{}") => LocalApp.StartAsync(
        [function], hub.Settings, hostJson, builder => builder.Services.AddSingleton(script));
}
