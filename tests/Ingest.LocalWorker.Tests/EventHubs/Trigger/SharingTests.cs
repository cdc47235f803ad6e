using System.Text.RegularExpressions;
using Ingest.Testing;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

/// <summary>Workers in processes of their own.</summary>
[Collection(WorkerCollection.Name)]
public sealed class SharingTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Two_workers_share_four_partitions_and_one_takes_over_when_the_other_is_killed()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite, partitions: 4);
        await using var first = SampleAppProcess.Start(hub.Settings);
        await Eventually.TrueAsync(() => OwnersAsync(hub), owners => owners.Count == 4);
        await using var second = SampleAppProcess.Start(hub.Settings);
        var shared = await Eventually.TrueAsync(
            () => OwnersAsync(hub), owners => owners.Values.GroupBy(owner => owner).Select(group => group.Count()).SequenceEqual([2, 2]));

        AppendToAll(hub, 100);
        var (one, other) = (
            await first.BatchesUntilAsync(batches => AllReached(batches, 99, partitions: 2)),
            await second.BatchesUntilAsync(batches => AllReached(batches, 99, partitions: 2)));
        Assert.Empty(one.Select(batch => batch.Partition).Intersect(other.Select(batch => batch.Partition)));
        foreach (var partition in Enumerable.Range(0, 4))
        {
            await Eventually.TrueAsync(() => hub.CheckpointAsync($"{partition}"), number => number == 99);
        }

        await first.KillAsync();
        AppendToAll(hub, 100);

        var after = await second.BatchesUntilAsync(batches => AllReached(batches, 199, partitions: 4));
        var survivor = (await OwnersAsync(hub)).Values.Distinct();
        Assert.Single(survivor);
        Assert.Contains(survivor.Single(), shared.Values);
        Assert.All(after.GroupBy(batch => batch.Partition), batches =>
        {
            // Every event behind the checkpoint, once and in order.
            Assert.Equal(100, batches.First().First);
            Assert.All(batches.Zip(batches.Skip(1)), pair => Assert.Equal(pair.First.Last + 1, pair.Second.First));
        });
    }

    [Fact]
    public async Task A_terminated_worker_lets_the_running_invocation_end_gives_its_partitions_up_and_stops_its_services_last()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var settings = hub.Settings;
        settings["WorkMilliseconds"] = "1500";
        await using var app = SampleAppProcess.Start(settings);
        await app.LineAsync("service started");
        await app.LineAsync("begin 0 0");

        Assert.Equal(0, await app.TerminateAsync());

        Assert.Equal(["end 0 0 cancelled", "service stopped"], (await app.RestAsync()).Where(line => Regex.IsMatch(line, "^(end|service)")));
        Assert.Equal("", (await hub.Store.ListOwnershipAsync(CancellationToken.None))["0"].OwnerId);
        Assert.Null(await hub.CheckpointAsync());
    }

    [Fact]
    public async Task The_app_serves_its_HTTP_functions_at_the_URL_it_prints()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        await using var app = SampleAppProcess.Start(hub.Settings);

        var line = await app.LineAsync("Ping: [GET] ");

        using var client = new HttpClient();
        Assert.Equal("pong", await client.GetStringAsync(new Uri(line.Split(' ')[^1])));
    }

    private static bool AllReached(List<(string Partition, long First, long Last)> batches, long last, int partitions) =>
        batches.Count(batch => batch.Last == last) == partitions;

    private static void AppendToAll(HubUnderTest hub, int count)
    {
        for (var partition = 0; partition < 4; partition++)
        {
            hub.Append(partition, count);
        }
    }

    private static async Task<Dictionary<string, string>> OwnersAsync(HubUnderTest hub) =>
        (await hub.Store.ListOwnershipAsync(CancellationToken.None)).ToDictionary(entry => entry.Key, entry => entry.Value.OwnerId);
}
