using System.Diagnostics;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Ingest.Cli.Chaos.Storage;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>Storage goes and comes back while the app runs on its host.</summary>
[Collection(LiveCollection.Name)]
public sealed class HoldAndResumeTests(AzuriteFixture azurite)
{
    private const int Partitions = 4;
    private const int Waiting = 119;
    private const int Resumed = 106;
    private const int Held = 105;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Through_an_outage_partitions_wait_say_so_once_and_go_on_within_five_seconds()
    {
        await using var storage = await BrokenStorage.StartAsync(azurite.Azurite);
        await using var app = await StartAsync(storage);
        Append(app, 200);
        await using var host = await HostedApp.StartAsync(app);
        var last = 199;
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(last)));
        await UntilAsync(async () => (await storage.CheckpointsAsync(app)).Count(c => c.EndsWith(" 199", StringComparison.Ordinal)) >= Partitions);

        var outages = 0;
        await Measured.BelowAsync(ResumesWithin, RecoverFromOutageAsync, "That long the last partition took to go on.");
        Assert.Equal(Partitions, host.Log.Where(l => l.Id == Waiting).Select(l => l.Text).Distinct().Count());
        Assert.Empty(await storage.BlobsAsync(app.Settings["Ingest__Storage__QuarantineContainer"]!));
        await UntilAsync(async () => (await storage.InvisibleAsync(app)).Length == 0);
        await app.AssertAuditAsync();

        async Task<TimeSpan> RecoverFromOutageAsync()
        {
            outages++;
            var checkpoints = await storage.CheckpointsAsync(app);
            var outage = storage.Break(RequestFate.Reset);
            Append(app, 5000);
            await UntilAsync(() => Task.FromResult(host.Log.Count(l => l.Id == Waiting) == Partitions * outages));
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            var refused = storage.Refused;

            // Long enough for probes to have failed; that is also what keeps the refusals few.
            await UntilAsync(() => Task.FromResult(storage.Refused >= refused + 10));
            var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;

            Assert.True(growth < 16_000_000, $"Memory grew by {growth} bytes while nothing could be written.");
            Assert.Equal(Same(last), await storage.DurableAsync(app));
            Assert.Equal(checkpoints, await storage.CheckpointsAsync(app));
            outage.Dispose();
            var recovered = Stopwatch.StartNew();
            await UntilAsync(async () => (await storage.DurableAsync(app)).All(d => d > last));
            recovered.Stop();
            last += 5000;
            await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(last)));
            await UntilAsync(() => Task.FromResult(host.Log.Count(l => l.Id == Resumed) == Partitions * outages));
            return recovered.Elapsed;
        }
    }

    [Fact]
    public async Task A_partition_that_is_held_does_not_stop_the_others_and_goes_on_when_its_cause_is_gone()
    {
        await using var storage = await BrokenStorage.StartAsync(azurite.Azurite);
        await using var app = await StartAsync(storage);
        app.Settings["Ingest__Delivery__HoldPause"] = "00:00:01";
        await using var host = await HostedApp.StartAsync(app);
        Append(app, 200);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(199)));

        // Only the first partition's next read of its row finds a newer version's; a table that hangs makes each read again.
        await SetFormatAsync(app, 2);
        using (storage.Break(RequestFate.Reset))
        {
            Append(app, 300);
            await UntilAsync(() => Task.FromResult(host.Log.Count(l => l.Id == Waiting) == Partitions));
        }

        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual([199L, .. Same(499).Skip(1)]));
        await UntilAsync(() => Task.FromResult(host.Log.Any(l => l.Id == Held)));
        Assert.All(host.Log.Where(l => l.Id == Held), l => Assert.Contains("/0:", l.Text, StringComparison.Ordinal));

        await SetFormatAsync(app, 1);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(499)));
        await UntilAsync(async () => (await storage.InvisibleAsync(app)).Length == 0);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_host_that_is_stopped_in_an_outage_ends_within_its_grace_and_the_next_one_goes_on()
    {
        await using var storage = await BrokenStorage.StartAsync(azurite.Azurite);
        await using var app = await StartAsync(storage);
        await using (var host = await HostedApp.StartAsync(app))
        {
            Append(app, 200);
            await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(199)));
            using var outage = storage.Break(RequestFate.Reset);
            Append(app, 300);
            await UntilAsync(() => Task.FromResult(host.Log.Any(l => l.Id == Waiting)));

            var stopped = Stopwatch.StartNew();
            await host.StopAsync();

            Assert.True(stopped.Elapsed < TimeSpan.FromSeconds(20), $"Stopping took {stopped.Elapsed}.");
        }

        await using var next = await HostedApp.StartAsync(app);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(499)));
        await UntilAsync(async () => (await storage.InvisibleAsync(app)).Length == 0);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task Functions_that_storage_keeps_waiting_beyond_their_timeout_end_in_time_and_lose_nothing()
    {
        await using var storage = await BrokenStorage.StartAsync(azurite.Azurite);
        await using var app = await StartAsync(storage, networkTimeout: "00:01:00");
        await using var host = await HostedApp.StartAsync(app, functionTimeout: "00:00:02");
        Append(app, 200);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(199)));

        // The host must not be found writing its checkpoint, for which it has a patience of its own.
        await UntilAsync(async () => (await storage.CheckpointsAsync(app)).Count(c => c.EndsWith(" 199", StringComparison.Ordinal)) >= Partitions);
        var silence = storage.Break(RequestFate.NeverAnswered);
        Append(app, 300);
        await UntilAsync(() => Task.FromResult(host.Log.Count(l => l.Text.Contains("exceeded the function timeout", StringComparison.Ordinal)) >= Partitions));
        Assert.DoesNotContain(host.Log, l => l.Text.Contains("ignored its cancellation token", StringComparison.Ordinal));
        silence.Dispose();

        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(499)));
        await UntilAsync(async () => (await storage.InvisibleAsync(app)).Length == 0);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_function_that_is_cancelled_while_silent_storage_keeps_it_publishing_ends_within_the_hosts_grace()
    {
        await using var storage = await BrokenStorage.StartAsync(azurite.Azurite);
        await using var app = await StartAsync(storage, networkTimeout: "00:01:00");
        await using var host = await HostedApp.StartAsync(app);
        Append(app, 200);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(199)) && (await storage.InvisibleAsync(app)).Length == 0);

        // Each blob request is late, so that the commit is seen before the publication is on its way; which then finds nobody.
        var late = storage.BlobFaults.Begin(RequestFate.Late, 1);
        Append(app, 50);
        await UntilAsync(async () => (await storage.DurableAsync(app)).Any(d => d > 199));
        using var silence = storage.BlobFaults.Begin(RequestFate.NeverAnswered, 1);
        late.Dispose();
        var stopped = Stopwatch.StartNew();
        await host.StopAsync();

        Assert.True(stopped.Elapsed < TimeSpan.FromSeconds(15), $"Stopping took {stopped.Elapsed}.");
        silence.Dispose();
        await using var next = await HostedApp.StartAsync(app);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(249)) && (await storage.InvisibleAsync(app)).Length == 0);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_host_that_is_stopped_publishes_what_it_has_committed()
    {
        await using var storage = await BrokenStorage.StartAsync(azurite.Azurite);
        await using var app = await StartAsync(storage);
        await using var host = await HostedApp.StartAsync(app);
        Append(app, 200);
        await UntilAsync(async () => (await storage.DurableAsync(app)).SequenceEqual(Same(199)));

        // Every blob request takes more than a second, so that the publication is still under way when the commit is seen.
        using var slow = storage.BlobFaults.Begin(RequestFate.Late, 1);
        Append(app, 50);
        await UntilAsync(async () => (await storage.DurableAsync(app)).Any(d => d > 199));
        Assert.NotEmpty(await storage.InvisibleAsync(app));

        await host.StopAsync();

        Assert.Empty(await storage.InvisibleAsync(app));
    }

    private async Task<LiveApp> StartAsync(BrokenStorage storage, string networkTimeout = "00:00:02")
    {
        var app = await LiveApp.StartAsync(azurite, Partitions);
        // Checkpoints and ownership of all tests lie in one container, apart by consumer group.
        app.Settings["ConsumerGroup"] = $"ingest-{Guid.NewGuid():N}";
        app.Settings["Data"] = storage.ConnectionString;
        app.Settings["AzureWebJobsStorage"] = storage.ConnectionString;
        app.Settings["Ingest__Storage__OutageAfter"] = "00:00:01";
        app.Settings["Ingest__Storage__NetworkTimeout"] = networkTimeout;
        await app.RestartAsync();
        return app;
    }

    private static async Task SetFormatAsync(LiveApp app, int format)
    {
        var row = (await app.ProgressTable.QueryAsync<TableEntity>().ToListAsync()).OrderBy(r => r.RowKey, StringComparer.Ordinal).First();
        row["Format"] = format;
        await app.ProgressTable.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Merge);
    }

    private static void Append(LiveApp app, int count)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            app.Append(count, partition: partition);
        }
    }

    private static IEnumerable<long> Same(long durable) => Enumerable.Repeat(durable, Partitions);

    private static async Task UntilAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < Patience, $"It did not come true within {Patience}: {what}");
            await Task.Delay(50);
        }
    }
}
