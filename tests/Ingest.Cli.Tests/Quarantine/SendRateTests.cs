using Ingest.Cli.Quarantine;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Cli.Tests.Quarantine;

public class SendRateTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task No_second_sees_more_than_the_rate_and_time_that_passed_is_not_saved_up(double perSecond)
    {
        var clock = new FakeTimeProvider();
        var rate = new SendRate(perSecond, clock);
        var times = new List<double>();
        var start = clock.GetUtcNow();
        for (var i = 0; i < 50; i++)
        {
            if (i == 25)
            {
                clock.Advance(TimeSpan.FromMinutes(1));
            }

            var waiting = rate.WaitAsync(default);
            while (!waiting.IsCompleted)
            {
                clock.Advance(TimeSpan.FromMilliseconds(1));
                await Task.Yield();
            }

            await waiting;
            times.Add((clock.GetUtcNow() - start).TotalSeconds);
        }

        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= (1 / perSecond) - 1e-6, $"{pair}"));

        // Nor is it much slower: two runs of 25, the pause between them left out.
        Assert.InRange(times[24] - times[0], 24 / perSecond, (24 / perSecond * 1.3) + 0.5);
    }

    [Fact]
    public async Task Without_a_rate_nothing_waits()
    {
        var rate = new SendRate(null, new FakeTimeProvider());

        for (var i = 0; i < 10_000; i++)
        {
            await rate.WaitAsync(default);
        }
    }
}
