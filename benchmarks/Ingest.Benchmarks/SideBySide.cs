using System.Diagnostics;

namespace Ingest.Benchmarks;

/// <summary>
/// Two ways of doing the same, run in turns in one process, so that whatever slows the machine down slows both: the result is
/// the median of the rounds' ratios.
/// </summary>
internal static class SideBySide
{
    /// <summary>How many times faster the second is than the first.</summary>
    public static async Task<Ratio> CompareAsync(Func<Task> first, Func<Task> second, int warmUpRounds, int rounds)
    {
        var ratios = new double[rounds];
        var times = (First: new double[rounds], Second: new double[rounds]);
        for (var i = -warmUpRounds; i < rounds; i++)
        {
            // Whoever runs second finds a warmer cache and a later garbage collection.
            var isSwapped = i % 2 != 0;
            var one = await TimeAsync(isSwapped ? second : first).ConfigureAwait(false);
            var other = await TimeAsync(isSwapped ? first : second).ConfigureAwait(false);
            if (i >= 0)
            {
                (times.First[i], times.Second[i]) = isSwapped ? (other, one) : (one, other);
                ratios[i] = times.First[i] / times.Second[i];
            }
        }

        return new Ratio(Median(ratios), Median(times.First), Median(times.Second));
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var start = Stopwatch.GetTimestamp();
        await action().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <param name="Value">Median of the rounds' ratios.</param>
/// <param name="FirstSeconds">Median time of the first.</param>
/// <param name="SecondSeconds">Median time of the second.</param>
internal readonly record struct Ratio(double Value, double FirstSeconds, double SecondSeconds);
