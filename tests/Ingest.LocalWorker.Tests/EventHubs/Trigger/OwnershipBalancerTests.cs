using Azure;
using Ingest.LocalWorker.EventHubs.Trigger;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

public sealed class OwnershipBalancerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly TimeSpan Expiration = TimeSpan.FromSeconds(6);

    [Fact]
    public void A_lone_worker_takes_everything()
    {
        var ownership = new Dictionary<string, PartitionOwnership>();

        Assert.Equal(8, Settle(["me"], ownership, 8)["me"]);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(32, 5)]
    [InlineData(3, 7)]
    public void Workers_that_join_one_by_one_end_with_fair_shares(int partitions, int workers)
    {
        var ownership = new Dictionary<string, PartitionOwnership>();
        var names = Enumerable.Range(0, workers).Select(number => $"worker-{number}").ToList();
        for (var joined = 1; joined <= workers; joined++)
        {
            var shares = Settle(names.Take(joined), ownership, partitions);
            Assert.Equal(partitions, shares.Values.Sum());
            Assert.All(names.Take(joined), name => Assert.InRange(
                shares.GetValueOrDefault(name), partitions / joined, (partitions / joined) + 1));
        }
    }

    [Fact]
    public void The_partitions_of_an_expired_owner_are_taken_over()
    {
        var ownership = new Dictionary<string, PartitionOwnership>
        {
            ["0"] = Record("0", "dead", Now - Expiration),
            ["1"] = Record("1", "alive", Now - Expiration + TimeSpan.FromSeconds(1)),
        };

        Assert.Equal("0", Balancer("me").Next(["0", "1"], ownership, Now));
    }

    [Fact]
    public void A_partition_given_up_is_free_at_once()
    {
        var ownership = new Dictionary<string, PartitionOwnership> { ["0"] = Record("0", "", Now) };

        Assert.Equal("0", Balancer("me").Next(["0"], ownership, Now));
    }

    [Fact]
    public void A_fair_share_is_left_alone()
    {
        var ownership = new Dictionary<string, PartitionOwnership>
        {
            ["0"] = Record("0", "me", Now),
            ["1"] = Record("1", "other", Now),
            ["2"] = Record("2", "other", Now),
        };

        Assert.Null(Balancer("me").Next(["0", "1", "2"], ownership, Now));
    }

    private static Dictionary<string, int> Settle(IEnumerable<string> workers, Dictionary<string, PartitionOwnership> ownership, int partitions)
    {
        var ids = Enumerable.Range(0, partitions).Select(number => $"{number}").ToList();
        var claims = 0;
        bool changed;
        do
        {
            changed = false;
            foreach (var worker in workers)
            {
                while (Balancer(worker).Next(ids, ownership, Now) is { } partition)
                {
                    ownership[partition] = Record(partition, worker, Now);
                    changed = true;
                    Assert.True(++claims < partitions * 100, "The workers steal from each other for ever.");
                }
            }
        }
        while (changed);

        return ownership.Values.GroupBy(record => record.OwnerId).ToDictionary(group => group.Key, group => group.Count());
    }

    private static OwnershipBalancer Balancer(string owner) => new(owner, Expiration, new Random(3));

    private static PartitionOwnership Record(string partition, string owner, DateTimeOffset modified) => new(partition, owner, modified, new ETag("1"));
}
