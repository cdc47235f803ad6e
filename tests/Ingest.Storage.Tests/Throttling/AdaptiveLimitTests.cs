using Ingest.Storage.Throttling;
using Xunit.Abstractions;

namespace Ingest.Storage.Tests.Throttling;

/// <summary>Against each service, at least nine tenths of what the best fixed limit gets, from 30 s after each change on.</summary>
public sealed class AdaptiveLimitTests(ITestOutputHelper output)
{
    private const int Start = 16;
    private const int Most = 200;
    private const double Settling = 30;
    private const double Promise = 0.9;

    private static readonly int[] FixedLimits = [1, 4, 12, 20, 30, 40, 50, 55, 60, 65, 80, 100, 140, Most];
    private static readonly (double From, double To)[] OneWindow = [(Settling, 60)];

    [Fact]
    public void A_service_of_constant_speed_is_used_to_the_full() =>
        AssertKeepsPromise(_ => new DelayService((_, _) => 0.05), OneWindow);

    [Fact]
    public void A_linear_slow_down_does_not_keep_the_limit_low() =>
        AssertKeepsPromise(_ => new DelayService((_, load) => 0.03 * (1 + (load / 20.0))), OneWindow);

    [Fact]
    public void A_queue_with_a_cliff_is_filled_and_not_overrun() =>
        AssertKeepsPromise(random => new QueueService(40, _ => 0.03 + (0.02 * random.NextDouble()), longestQueue: 20), OneWindow, mostRefused: 0.02);

    [Fact]
    public void A_service_that_thrashes_beyond_its_cliff_is_kept_before_it() => AssertKeepsPromise(
        random => new DelayService((_, load) => 0.04 * (load <= 60 ? 1 : Math.Pow(load / 60.0, 4)) * (0.9 + (0.2 * random.NextDouble()))), OneWindow);

    [Fact]
    public void Jitter_is_not_taken_for_a_slow_down() =>
        AssertKeepsPromise(random => new DelayService((_, _) => 0.02 - (0.03 * Math.Log(1 - random.NextDouble()))), OneWindow);

    [Fact]
    public void A_ten_fold_drop_and_the_recovery_from_it_are_followed() => AssertKeepsPromise(
        random => new QueueService(60, now => (now is >= 50 and < 110 ? 0.4 : 0.04) * (0.9 + (0.2 * random.NextDouble())), longestQueue: 60),
        [(Settling, 50), (50 + Settling, 110), (110 + Settling, 160)]);

    [Fact]
    public void A_service_that_throttles_by_rate_is_used_up_to_its_rate() =>
        AssertKeepsPromise(_ => new RateLimitedService(800, 0.04), OneWindow, mostRefused: 0.12);

    [Fact]
    public void After_an_outage_the_old_speed_returns() => AssertKeepsPromise(
        random => new DelayService((_, _) => 0.03 + (0.02 * random.NextDouble()), now => now is >= 40 and < 80),
        [(Settling, 40), (80 + Settling, 125)]);

    [Fact]
    public void A_service_that_starts_slowly_is_followed_up() => AssertKeepsPromise(
        random => new QueueService(50, now => (0.04 + (now < 20 ? (20 - now) / 50 : 0)) * (0.9 + (0.2 * random.NextDouble()))),
        [(20 + Settling, 80)]);

    [Fact]
    public void The_first_doublings_reach_a_far_limit_within_ten_response_times()
    {
        var trace = new List<int>();
        Simulation.Run(
            new DelayService((_, _) => 0.05), new AdaptiveLimit(Start, Most), 0, [(0, 0.5)], onAnswer: (limit, _) => trace.Add(limit));

        Assert.Equal(Most, trace[^1]);
    }

    [Fact]
    public void After_the_first_sign_of_too_much_the_limit_returns_to_what_was_enough_and_grows_by_steps()
    {
        // Takes 50 at once; 16 and 32 are nothing to it, 64 are too many.
        var limits = new List<int>();
        Simulation.Run(
            new QueueService(50, _ => 0.05, longestQueue: 1), new AdaptiveLimit(Start, Most), 0, [(0, 2)],
            onAnswer: (limit, _) =>
            {
                if (limits.LastOrDefault() != limit)
                {
                    limits.Add(limit);
                }
            });

        Assert.Equal([16, 32, 64, 32], limits.Take(4));
        Assert.All(limits.Skip(3).Zip(limits.Skip(4)), step => Assert.True(step.Second - step.First <= 1, $"from {step.First} to {step.Second}"));
    }

    /// <param name="mostRefused">Share of the requests that the service may refuse on the way.</param>
    private void AssertKeepsPromise(Func<Random, SimulatedService> service, (double From, double To)[] windows, double mostRefused = 1)
    {
        foreach (var seed in new[] { 1, 2, 3, 4, 5, 6 })
        {
            var first = Simulation.Run(service(new Random(seed)), null, Start, windows);
            var best = new double[windows.Length];
            var bestLimit = new int[windows.Length];
            foreach (var fixedLimit in FixedLimits)
            {
                var rates = Simulation.Run(service(new Random(seed)), null, fixedLimit, windows);
                for (var i = 0; i < rates.Length; i++)
                {
                    (best[i], bestLimit[i]) = rates[i] > best[i] ? (rates[i], fixedLimit) : (best[i], bestLimit[i]);
                }
            }

            var circuit = new Circuit(TimeSpan.FromSeconds(5), new Random(seed).NextDouble);
            var (trace, answers, refused) = (new List<int>(), 0, 0);
            var adaptive = Simulation.Run(
                service(new Random(seed)), new AdaptiveLimit(Start, Most), 0, windows, circuit, (_, limit) => trace.Add(limit),
                (_, isSuccess) => (answers, refused) = (answers + 1, refused + (isSuccess ? 0 : 1)));
            output.WriteLine("limit by second: " + string.Join(' ', trace));
            for (var i = 0; i < windows.Length; i++)
            {
                output.WriteLine($"seed {seed}, from {windows[i].From} s: {adaptive[i]:F0}/s = {adaptive[i] / best[i]:P1} of {best[i]:F0}/s at {bestLimit[i]}");
            }

            output.WriteLine($"seed {seed}: {(double)refused / answers:P2} refused");
            Assert.InRange((double)refused / answers, 0, mostRefused);

            // A limit that never moved would not do.
            Assert.Contains(first.Zip(best), pair => pair.First < Promise * pair.Second);
            Assert.All(adaptive.Zip(best), pair => Assert.True(pair.First >= Promise * pair.Second, $"{pair.First:F0}/s of {pair.Second:F0}/s"));
        }
    }
}
