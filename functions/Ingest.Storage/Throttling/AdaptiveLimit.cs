namespace Ingest.Storage.Throttling;

/// <summary>
/// How many requests may be under way at once: additive increase while the service answers as fast as usual, multiplicative
/// decrease when it pushes back or slows down. Pure: the caller says what time it is. Not thread-safe.
/// </summary>
internal sealed class AdaptiveLimit
{
    private const double DecreaseRatio = 0.9;
    private const double DeviationScale = 2.5;

    // Shares of the mean. A mean of four intervals knows its deviation badly, and a step up slows a service a little by itself:
    // without these two the limit stays low before services that could take more (docs/decisions/0005).
    private const double LeastDeviation = 0.1;
    private const double Tolerance = 0.05;

    private static readonly TimeSpan IntervalWithoutRtt = TimeSpan.FromMilliseconds(100);

    private readonly RttBaseline[] baselines = [.. Enumerable.Range(0, RequestClass.Count).Select(_ => new RttBaseline())];
    private readonly int most;
    private TimeSpan? intervalEnds;
    private bool wasReached;
    private bool hadBackPressure;

    /// <param name="start">Limit to begin with, 1–<paramref name="most"/>.</param>
    /// <param name="most">Largest limit, at least 1.</param>
    public AdaptiveLimit(int start, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, most);
        this.most = most;
        Current = start;
    }

    public int Current { get; private set; }

    /// <param name="inFlight">Requests under way, this one included.</param>
    public void Sent(int inFlight) => wasReached |= inFlight >= Current;

    /// <param name="now">Since any fixed moment.</param>
    public void Succeeded(TimeSpan now, RequestClass requestClass, TimeSpan rtt)
    {
        baselines[requestClass.Index].Add(rtt);
        EndInterval(now);
    }

    /// <summary>The service refused for load, failed or did not answer in time. How long that took says nothing about its speed.</summary>
    public void PushedBack(TimeSpan now)
    {
        hadBackPressure = true;
        EndInterval(now);
    }

    private void EndInterval(TimeSpan now)
    {
        intervalEnds ??= now;
        if (now < intervalEnds)
        {
            return;
        }

        Adjust();
        var (sum, count) = (0.0, 0);
        foreach (var baseline in baselines)
        {
            (sum, count) = (sum + baseline.Sum, count + baseline.Count);
            baseline.Fold();
        }

        intervalEnds = now + (count == 0 ? IntervalWithoutRtt : TimeSpan.FromSeconds(sum / count));
        (wasReached, hadBackPressure) = (false, false);
    }

    private void Adjust()
    {
        // What the interval's requests took against what the same mix of them used to take: a shift from small requests to
        // large ones is no slow-down. With a single class this is Vector's comparison of two means.
        var (actual, expected, deviation) = (0.0, 0.0, 0.0);
        foreach (var baseline in baselines)
        {
            if (baseline is { Count: > 0, Mean: { } mean })
            {
                actual += baseline.Sum;
                expected += baseline.Count * mean;
                deviation += baseline.Count * Math.Max(baseline.Deviation, mean * LeastDeviation);
            }
        }

        if (hadBackPressure || (expected > 0 && actual >= expected + (DeviationScale * deviation)))
        {
            Current = Math.Max(1, (int)(Current * DecreaseRatio));
        }
        else if (wasReached && expected > 0 && actual <= expected * (1 + Tolerance))
        {
            Current = Math.Min(most, Current + 1);
        }
    }
}
