using Ingest.Cli.Chaos.Plan;

namespace Ingest.Cli.Tests.Chaos;

public sealed class ChaosPlanTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_seed_repeats_its_plan_and_another_seed_has_another()
    {
        Assert.Equal(ChaosPlan.Create(7, TenMinutes, 3, 8), ChaosPlan.Create(7, TenMinutes, 3, 8));
        Assert.NotEqual(ChaosPlan.Create(7, TenMinutes, 3, 8), ChaosPlan.Create(8, TenMinutes, 3, 8));
    }

    [Fact]
    public void A_seed_means_the_same_for_ever()
    {
        // A report names its seed; changing this changes what old reports mean.
        Assert.Equal(
            ["00:02.0 steal partition 0", "00:03.9 blobs: every 4. request never answered for 2.9 s", "00:04.7 blobs and tables: every 2. request throttled for 3.4 s"],
            ChaosPlan.Create(7, TimeSpan.FromMinutes(0.5), 3, 8).Take(3).Select(a => a.ToString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12345)]
    public void Everything_breaks_about_equally_often_within_the_length_and_hits_what_is_there(int seed)
    {
        var plan = ChaosPlan.Create(seed, TenMinutes, 3, 8);

        var counts = Enum.GetValues<ChaosKind>().Where(kind => kind != ChaosKind.FunctionTimeout).Select(kind => plan.Count(a => a.Kind == kind)).ToList();
        Assert.True(counts.Min() >= 10 && counts.Max() - counts.Min() <= 2, string.Join(' ', counts));
        Assert.All(plan, a => Assert.InRange(a.At + a.Duration, TimeSpan.Zero, TenMinutes));
        Assert.Equal(plan.OrderBy(a => a.At), plan);
        Assert.All(plan.Where(a => a.KillsApp || a.Kind == ChaosKind.PauseApp), a => Assert.InRange(a.Target, 0, 2));
        Assert.All(plan.Where(a => a.Kind == ChaosKind.StealPartition), a => Assert.InRange(a.Target, 0, 7));
        Assert.All(plan.Where(a => a.IsStorageFault), a => Assert.True(a is { Target: >= 0 and <= 2, Amount: >= 1 } && a.Duration > TimeSpan.Zero));
    }

    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0.5, 1)]
    [InlineData(2, 1)]
    [InlineData(2.5, 2)]
    [InlineData(10, 5)]
    public void Functions_run_into_their_timeout_once_for_every_two_minutes(double minutes, int times)
    {
        var timeouts = ChaosPlan.Create(4, TimeSpan.FromMinutes(minutes), 3, 8).Where(a => a.Kind == ChaosKind.FunctionTimeout).ToList();

        Assert.Equal(times, timeouts.Count);
        Assert.All(timeouts, a => Assert.True(a.Duration > ChaosPlan.LongestFunction && a.At + a.Duration <= TimeSpan.FromMinutes(minutes), a.ToString()));
    }

    [Fact]
    public void A_longer_gap_means_fewer_blows()
    {
        int Blows(double gap) => ChaosPlan.Create(4, TenMinutes, 3, 8, gap).Count(a => a.Kind != ChaosKind.FunctionTimeout && a.Duration < TimeSpan.FromMinutes(1));

        Assert.InRange(Blows(1.8), 300, 370);
        Assert.InRange(Blows(6), 90, 110);
    }

    [Fact]
    public void A_long_run_has_an_outage_of_a_minute_and_a_short_one_has_none()
    {
        Assert.Single(ChaosPlan.Create(1, TenMinutes, 3, 8), a => a.Duration == TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(ChaosPlan.Create(1, TimeSpan.FromMinutes(1), 3, 8), a => a.Duration > TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_run_of_seconds_breaks_no_kind_twice_before_it_has_broken_the_others()
    {
        var plan = ChaosPlan.Create(3, TimeSpan.FromSeconds(20), 2, 4);

        Assert.NotEmpty(plan);
        Assert.Equal(plan.Count, plan.Select(a => a.Kind).Distinct().Count());
    }
}
