using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.LocalWorker.Tests.Invocation;

public sealed class RetryPolicyTests
{
    [Fact]
    public void Exponential_delays_grow_by_the_hosts_formula_up_to_the_maximum()
    {
        var policy = RetryPolicy.From(new ExponentialBackoffRetryAttribute(-1, "00:00:01", "00:01:00"));

        Assert.Equal(TimeSpan.FromSeconds(1), policy.Delay(1, 0.5));
        // 1 + 2^(n-1) · 1 · (0.8 to 1.2)
        Assert.Equal(2.6, policy.Delay(2, 0).TotalSeconds, 3);
        Assert.Equal(3.4, policy.Delay(2, 1).TotalSeconds, 3);
        Assert.Equal(9, policy.Delay(4, 0.5).TotalSeconds, 3);
        Assert.Equal(TimeSpan.FromMinutes(1), policy.Delay(10, 0.5));
        Assert.Equal(TimeSpan.FromMinutes(1), policy.Delay(5000, 0.5));
    }

    [Fact]
    public void A_fixed_delay_stays_and_its_number_is_a_limit()
    {
        var policy = RetryPolicy.From(new FixedDelayRetryAttribute(3, "00:00:05"));

        Assert.Equal(TimeSpan.FromSeconds(5), policy.Delay(1, 0));
        Assert.Equal(TimeSpan.FromSeconds(5), policy.Delay(3, 1));
        Assert.True(policy.Allows(3));
        Assert.False(policy.Allows(4));
    }

    [Fact]
    public void Minus_one_never_ends() => Assert.True(RetryPolicy.From(new FixedDelayRetryAttribute(-1, "00:00:05")).Allows(int.MaxValue));

    [Fact]
    public void Values_that_the_official_host_would_refuse_are_refused()
    {
        Assert.Throws<FunctionSetupException>(() => RetryPolicy.From(new FixedDelayRetryAttribute(1, "soon")));
        Assert.Throws<FunctionSetupException>(() => RetryPolicy.From(new FixedDelayRetryAttribute(-2, "00:00:05")));
        Assert.Throws<FunctionSetupException>(() => RetryPolicy.From(new ExponentialBackoffRetryAttribute(1, "00:01:00", "00:00:01")));
    }
}
