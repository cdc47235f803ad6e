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

        // A claim comes before its link: only once the second one reports two partitions are the links where the claims are.
        var reported = new HashSet<string>();
        await Eventually.TrueAsync(
            () =>
            {
                AppendToAll(hub, 1);
                reported.UnionWith(second.BatchesSoFar().Select(batch => batch.Partition));
                return Task.FromResult(reported.Count);
            },
            count => count == 2);

        AppendToAll(hub, 100);
        var last = hub.Hub[0].LastSequenceNumber;
        var (one, other) = (await first.PartitionsThatReachAsync(last, 2), await second.PartitionsThatReachAsync(last, 2));
        Assert.Equal(["0", "1", "2", "3"], one.Keys.Concat(other.Keys).Order());
        Assert.Equal(other.Keys.Order(), reported.Order());
        foreach (var partition in Enumerable.Range(0, 4))
        {
            await Eventually.TrueAsync(() => hub.CheckpointAsync($"{partition}"), number => number == last);
        }

        await first.KillAsync();
        AppendToAll(hub, 100);

        var after = await second.PartitionsThatReachAsync(last + 100, 4);
        var survivor = Assert.Single((await OwnersAsync(hub)).Values.Distinct());
        Assert.Contains(survivor, shared.Values);
        Assert.All(after.Values, batches =>
        {
            // Every event behind the checkpoint, once and in order.
            Assert.Equal(last + 1, batches[0].First);
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
