using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Ingest.Cli.Plan.Simulation;

namespace Ingest.Cli.Tests.Plan;

public class ScaleControllerTests
{
    [Theory]
    [InlineData(0, 1000, 32, 0)]
    [InlineData(1, 1000, 32, 1)]
    [InlineData(1000, 1000, 32, 1)]
    [InlineData(1001, 1000, 32, 2)]
    [InlineData(4500, 1000, 32, 5)]
    [InlineData(8500, 1000, 32, 11)]
    [InlineData(11_500, 1000, 32, 16)]
    [InlineData(16_001, 1000, 32, 32)]
    [InlineData(1_000_000, 1000, 32, 32)]
    [InlineData(5500, 1000, 10, 10)]
    [InlineData(5000, 1000, 10, 5)]
    public void Instances_are_the_unprocessed_by_the_threshold_rounded_up_to_an_even_share(double unprocessed, int threshold, int partitions, int instances) =>
        Assert.Equal(instances, ScaleController.Target(unprocessed, threshold, partitions));

    [Property]
    public void The_target_is_the_least_even_share_that_is_enough(PositiveInt unprocessed, PositiveInt threshold, byte partitions)
    {
        var count = (partitions % 100) + 1;
        var target = ScaleController.Target(unprocessed.Get, threshold.Get, count);

        var shares = Enumerable.Range(1, count).Select(k => (int)Math.Ceiling((double)count / k)).ToHashSet();
        var wanted = Math.Min(count, Math.Ceiling((double)unprocessed.Get / threshold.Get));
        Assert.Equal(shares.Where(s => s >= wanted).Min(), target);
    }
}
