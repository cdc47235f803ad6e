using Ingest.Cli.Plan;
using Ingest.Cli.Plan.Simulation;

namespace Ingest.Cli.Tests.Plan;

public class DaySimulationTests
{
    /// <summary>An event costs 20 µs: 50,000 a second and core.</summary>
    private static readonly SimulatedApp App = new(50_000, 2, 16, 5000, 100_000, 2, new ProcessingCost(20_000, 1, 0.1), 1e9, 1);

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(3)]
    [InlineData(20)]
    public void A_day_averages_to_the_average_and_reaches_the_peak(double peak)
    {
        var load = new DayOfLoad(peak);
        var day = Enumerable.Range(0, DayOfLoad.Seconds).Select(load.At).ToArray();

        Assert.Equal(1, day.Average(), 6);
        Assert.Equal(peak, day.Max(), 6);
        Assert.All(day, level => Assert.True(level > 0));
    }

    [Fact]
    public void Enough_instances_keep_the_lag_at_one_batch_and_an_outage_makes_it_as_long_as_itself()
    {
        var day = Run(App with { AlwaysReady = 16 });

        Assert.InRange(day.HighestLag, 1, 3);
        Assert.InRange(day.HighestLagInOutage, 1800, 1810);
    }

    [Fact]
    public void The_higher_the_threshold_the_later_instances_come_and_the_longer_the_lag()
    {
        var lags = new[] { 50_000, 200_000, 800_000, 3_200_000 }.Select(threshold => Run(App with { AlwaysReady = 1, Threshold = threshold }).HighestLag).ToArray();

        Assert.Equal(lags.Order(), lags);
        Assert.True(lags[^1] > 5 * lags[0], string.Join(' ', lags));
    }

    [Fact]
    public void Lag_settles_where_threshold_and_instances_meet()
    {
        // 60,000/s take two instances; the second comes when more than one threshold is unprocessed, after 400,000 / 60,000 = 7 s of lag,
        // and 40 s later, at 10,000/s more than one instance can do.
        var day = Run(App with { HubEventsPerSecond = 60_000, Peak = 1, AlwaysReady = 1, Partitions = 4, Threshold = 400_000 });

        Assert.InRange(day.Lag99, 7, 15);
    }

    [Fact]
    public void Catching_up_takes_as_long_as_the_namespace_gives_out()
    {
        // Half an hour of backlog at a steady rate; egress is three times the rate, so two thirds of it work the backlog off.
        var day = Run(App with { Peak = 1, Egress = 150_000 });

        Assert.InRange(day.CatchUp!.Value.TotalSeconds, 890, 960);
        Assert.Null(Run(App with { Peak = 1, Egress = 50_001 }).CatchUp);
    }

    [Fact]
    public void An_instance_is_not_taken_away_within_three_minutes_of_a_scale_out()
    {
        var instances = Run(App with { AlwaysReady = 1 }).Instances;

        foreach (var second in Enumerable.Range(1, instances.Count - 1).Where(s => instances[s] < instances[s - 1]))
        {
            Assert.DoesNotContain(Enumerable.Range(Math.Max(1, second - 179), Math.Min(179, second - 1)), s => instances[s] > instances[s - 1]);
        }

        Assert.Contains(Enumerable.Range(1, instances.Count - 1), s => instances[s] < instances[s - 1]);
    }

    [Fact]
    public void Checkpoint_debt_above_the_threshold_scales_out_for_nothing()
    {
        var calm = Run(App with { AlwaysReady = 1, HubEventsPerSecond = 10_000, Peak = 1, Threshold = 100_000 }, hasOutage: false);
        var nervous = Run(App with { AlwaysReady = 1, HubEventsPerSecond = 10_000, Peak = 1, Threshold = 5_000 }, hasOutage: false);

        Assert.Equal(1, calm.MostInstances);
        Assert.True(nervous.MostInstances > 1);
    }

    private static SimulatedDay Run(SimulatedApp app, bool hasOutage = true) => new DaySimulation(app, Assumptions.Default).Run(hasOutage);
}
