using System.Diagnostics;
using System.Globalization;

namespace Ingest.Testing;

/// <summary>
/// Limits of time and memory on a machine that others use as well: measured again where a limit was missed, because what costs too much
/// by itself does so each time.
/// </summary>
public static class Measured
{
    private const int Attempts = 6;

    /// <summary>At least one of several measurements is below <paramref name="limit"/>; the first one that is ends them.</summary>
    /// <param name="what">What is measured, for the message.</param>
    /// <exception cref="InvalidOperationException">None of them is.</exception>
    public static async Task BelowAsync<T>(T limit, Func<Task<T>> measure, string what = "")
        where T : IComparable<T>, IFormattable
    {
        List<T> taken = [];
        do
        {
            taken.Add(await measure().ConfigureAwait(false));
            if (taken[^1].CompareTo(limit) < 0)
            {
                return;
            }
        }
        while (taken.Count < Attempts);

        var values = string.Join(", ", taken.Select(value => value.ToString(null, CultureInfo.InvariantCulture)));
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Not below {limit} in {Attempts} attempts: {values}. {what}"));
    }

    /// <summary>At least one of several attempts takes less than <paramref name="limit"/>.</summary>
    /// <inheritdoc cref="BelowAsync"/>
    public static Task WithinAsync(TimeSpan limit, Func<Task> attempt, string what = "") => BelowAsync(limit, async () =>
    {
        var watch = Stopwatch.StartNew();
        await attempt().ConfigureAwait(false);
        return watch.Elapsed;
    }, what);

    /// <inheritdoc cref="WithinAsync"/>
    public static void Within(TimeSpan limit, Action attempt, string what = "") => Below(limit, () =>
    {
        var watch = Stopwatch.StartNew();
        attempt();
        return watch.Elapsed;
    }, what);

    /// <summary>At least one of several attempts allocates no more than <paramref name="limit"/> bytes on this thread.</summary>
    /// <exception cref="InvalidOperationException">Each attempt allocated more.</exception>
    public static void Allocates(long limit, Action attempt) => Below(limit + 1, () =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        attempt();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });

    /// <summary>Work that is <paramref name="larger"/> times as much takes about that many times as long, and not the square of it.</summary>
    /// <param name="work">Does so many times as much as for one.</param>
    /// <exception cref="InvalidOperationException">Each attempt took more than the middle between the two, geometrically.</exception>
    public static void GrowsLinearly(int larger, Action<int> work)
    {
        work(1);
        Below(Math.Pow(larger, 1.5), () =>
        {
            var once = Fastest(() => work(1));
            return Fastest(() => work(larger)) / once;
        });

        static double Fastest(Action work)
            => Enumerable.Range(0, 3).Min(_ =>
            {
                var watch = Stopwatch.StartNew();
                work();
                return watch.Elapsed.TotalSeconds;
            });
    }

    // Completes before it returns: nothing is awaited in it.
    private static void Below<T>(T limit, Func<T> measure, string what = "")
        where T : IComparable<T>, IFormattable => BelowAsync(limit, () => Task.FromResult(measure()), what).GetAwaiter().GetResult();
}
