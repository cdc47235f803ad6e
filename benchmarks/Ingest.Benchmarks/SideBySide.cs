using System.Diagnostics;

namespace Ingest.Benchmarks;

/// <summary>
/// Two ways of doing the same, run in turns in one process: the result is the median of the rounds' ratios. A round does its work
/// several times over, so that each side pays the collections that its own garbage causes; what is left of it is collected
/// between the rounds, off the clock, so that neither pays the other's.
/// </summary>
internal static class SideBySide
{
    /// <summary>How many times faster the second is than the first.</summary>
    /// <param name="repetitions">How often a round does the work.</param>
    public static async Task<Ratio> CompareAsync(Func<Task> first, Func<Task> second, int warmUpRounds, int rounds, int repetitions)
    {
        var times = (First: new Cost[rounds], Second: new Cost[rounds]);
        for (var i = -warmUpRounds; i < rounds; i++)
        {
            // Whoever runs second finds a warmer cache.
            var isSwapped = i % 2 != 0;
            var one = await MeasureAsync(isSwapped ? second : first, repetitions).ConfigureAwait(false);
            var other = await MeasureAsync(isSwapped ? first : second, repetitions).ConfigureAwait(false);
            if (i >= 0)
            {
                (times.First[i], times.Second[i]) = isSwapped ? (other, one) : (one, other);
            }
        }

        var pairs = times.First.Zip(times.Second).ToArray();
        return new Ratio(
            Median(pairs.Select(p => p.First.Elapsed / p.Second.Elapsed)),
            Median(pairs.Select(p => p.First.Processor / p.Second.Processor)),
            Median(times.First),
            Median(times.Second));
    }

    private static async Task<Cost> MeasureAsync(Func<Task> action, int repetitions)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repetitions; i++)
        {
            await action().ConfigureAwait(false);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        return new Cost(elapsed.TotalSeconds / repetitions, (Environment.CpuUsage.TotalTime - processor).TotalSeconds / repetitions);
    }

    private static Cost Median(Cost[] costs) => new(Median(costs.Select(c => c.Elapsed)), Median(costs.Select(c => c.Processor)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Seconds that doing the work once takes.</summary>
/// <param name="Elapsed">By the clock; other processes on the machine count.</param>
/// <param name="Processor">Of all threads of the process, the compiler's and the collector's included.</param>
internal readonly record struct Cost(double Elapsed, double Processor);

/// <param name="Elapsed">Median of the rounds' ratios of elapsed time.</param>
/// <param name="Processor">Median of the rounds' ratios of processor time.</param>
internal readonly record struct Ratio(double Elapsed, double Processor, Cost First, Cost Second);
