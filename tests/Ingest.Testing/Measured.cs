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

    /// <summary>At least one of several attempts takes less than <paramref name="limit"/>.</summary>
    /// <param name="what">What is measured, for the message.</param>
    /// <exception cref="InvalidOperationException">Each attempt took longer.</exception>
    public static void Within(TimeSpan limit, Action attempt, string what = "")
        => WithinAsync(limit, () =>
        {
            attempt();
            return Task.CompletedTask;
        }, what).GetAwaiter().GetResult();

    /// <inheritdoc cref="Within"/>
    public static async Task WithinAsync(TimeSpan limit, Func<Task> attempt, string what = "")
    {
        var taken = new Measurements<TimeSpan>(limit);
        while (taken.IsAnotherNeeded)
        {
            var watch = Stopwatch.StartNew();
            await attempt().ConfigureAwait(false);
            taken.Add(watch.Elapsed);
        }

        taken.Check(what);
    }

    /// <summary>At least one of several attempts allocates no more than <paramref name="limit"/> bytes on this thread.</summary>
    /// <exception cref="InvalidOperationException">Each attempt allocated more.</exception>
    public static void Allocates(long limit, Action attempt)
    {
        var taken = new Measurements<long>(limit + 1);
        while (taken.IsAnotherNeeded)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            attempt();
            taken.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        taken.Check();
    }

    /// <summary>Work that is <paramref name="larger"/> times as much takes about that many times as long, and not the square of it.</summary>
    /// <param name="work">Does so many times as much as for one.</param>
    /// <exception cref="InvalidOperationException">Each attempt took more than the middle between the two, geometrically.</exception>
    public static void GrowsLinearly(int larger, Action<int> work)
    {
        work(1);
        var ratio = new Measurements<double>(Math.Pow(larger, 1.5));
        while (ratio.IsAnotherNeeded)
        {
            var once = Fastest(() => work(1));
            ratio.Add(Fastest(() => work(larger)) / once);
        }

        ratio.Check();

        static double Fastest(Action work)
            => Enumerable.Range(0, 3).Min(_ =>
            {
                var watch = Stopwatch.StartNew();
                work();
                return watch.Elapsed.TotalSeconds;
            });
    }

    private sealed class Measurements<T>(T limit)
        where T : IComparable<T>, IFormattable
    {
        private readonly List<T> taken = [];

        public bool IsAnotherNeeded => taken.Count < Attempts && !IsMet;

        private bool IsMet => taken.Any(value => value.CompareTo(limit) < 0);

        public void Add(T value) => taken.Add(value);

        public void Check(string what = "")
        {
            if (!IsMet)
            {
                var values = string.Join(", ", taken.Select(value => value.ToString(null, CultureInfo.InvariantCulture)));
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Not below {limit} in {Attempts} attempts: {values}. {what}"));
            }
        }
    }
}
