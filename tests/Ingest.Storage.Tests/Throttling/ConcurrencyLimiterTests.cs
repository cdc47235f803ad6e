using Ingest.Storage.Throttling;

namespace Ingest.Storage.Tests.Throttling;

public sealed class ConcurrencyLimiterTests
{
    [Fact]
    public async Task Slots_are_handed_out_in_the_order_of_asking()
    {
        var limiter = new ConcurrencyLimiter(new AdaptiveLimit(1, 1));
        var slot = await limiter.AcquireAsync(default);
        var waiters = Enumerable.Range(0, 20).Select(_ => limiter.AcquireAsync(default).AsTask()).ToList();

        for (var i = 0; i < waiters.Count; i++)
        {
            Assert.All(waiters[i..], waiter => Assert.False(waiter.IsCompleted));
            limiter.Release(slot, TimeSpan.Zero, AttemptOutcome.Abandoned);
            slot = await waiters[i].WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task Who_stops_waiting_gives_the_place_to_the_next()
    {
        var limiter = new ConcurrencyLimiter(new AdaptiveLimit(1, 1));
        var slot = await limiter.AcquireAsync(default);
        using var cancellation = new CancellationTokenSource();
        var impatient = limiter.AcquireAsync(cancellation.Token).AsTask();
        var patient = limiter.AcquireAsync(default).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        limiter.Release(slot, TimeSpan.Zero, AttemptOutcome.Abandoned);
        limiter.Release(await patient, TimeSpan.Zero, AttemptOutcome.Abandoned);

        Assert.Equal((0, 0), (limiter.InFlight, limiter.Waiting));
    }

    [Fact]
    public async Task Under_a_storm_of_cancellations_no_slot_is_lost_and_the_limit_holds()
    {
        const int Limit = 4;
        var limiter = new ConcurrencyLimiter(new AdaptiveLimit(Limit, Limit));
        var (holders, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var acquiring = limiter.AcquireAsync(cancellation.Token).AsTask();
                if ((i + worker) % 3 == 0)
                {
                    await cancellation.CancelAsync();
                }

                await ((Task)acquiring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!acquiring.IsCompletedSuccessfully)
                {
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Increment(ref holders));
                await Task.Yield();
                Interlocked.Decrement(ref holders);
                limiter.Release(await acquiring, TimeSpan.Zero, AttemptOutcome.Abandoned);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((0, 0), (limiter.InFlight, limiter.Waiting));
        Assert.InRange(most, 1, Limit);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
