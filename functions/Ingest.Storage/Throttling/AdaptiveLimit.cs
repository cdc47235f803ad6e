namespace Ingest.Storage.Throttling;

/// <summary>
/// How many requests may be under way at once: doubled until the service first pushes back or slows down, from then on additive
/// increase while it answers as fast as usual, and multiplicative decrease when it does not. Pure: the caller says what time it
/// is. Not thread-safe.
/// </summary>
internal sealed class AdaptiveLimit
{
    private const double DecreaseRatio = 0.9;
    private const double DeviationScale = 2.5;

    // Shares of the mean. A mean of four intervals knows its deviation badly, and a step up slows a service a little by itself:
    // without these two the limit stays low before services that could take more (docs/decisions/0005).
    private const double LeastDeviation = 0.1;
    private const double Tolerance = 0.05;

    /// <summary>Intervals until the limit is tried beyond a cliff again; each try costs throughput.</summary>
    private const int Rest = 6;

    /// <summary>Slow intervals in a row that end the doubling: requests on connections that it has just opened are slow once.</summary>
    private const int SlowIntervals = 2;

    private static readonly TimeSpan IntervalWithoutRtt = TimeSpan.FromMilliseconds(100);

    private readonly RttBaseline[] baselines = [.. Enumerable.Range(0, RequestClass.Count).Select(_ => new RttBaseline())];
    private readonly ThroughputByLimit throughput;
    private readonly int most;
    private TimeSpan? intervalEnds;
    private int resting;

    /// <summary>Whether the service has never been seen to slow down or push back.</summary>
    private bool isUntried = true;

    /// <summary>The limit before it was last doubled; null: it never was.</summary>
    private int? beforeDoubling;
    private int slowIntervals;
    private bool wasReached;
    private bool hadBackPressure;

    /// <param name="start">Limit to begin with, 1–<paramref name="most"/>.</param>
    /// <param name="most">Largest limit, at least 1.</param>
    public AdaptiveLimit(int start, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, most);
        this.most = most;
        throughput = new ThroughputByLimit(most);
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

        var isTypical = Adjust(now);
        var (sum, count) = (0.0, 0);
        foreach (var baseline in baselines)
        {
            (sum, count) = (sum + baseline.Sum, count + baseline.Count);
            baseline.End(isTypical);
        }

        intervalEnds = now + (count == 0 ? IntervalWithoutRtt : TimeSpan.FromSeconds(sum / count));
        (wasReached, hadBackPressure) = (false, false);
    }

    /// <returns>Whether the interval is one to compare others with.</returns>
    private bool Adjust(TimeSpan now)
    {
        // What the interval's requests took against what the same mix of them used to take: a shift from small requests to
        // large ones is no slow-down. With a single class this is Vector's comparison of two means.
        var (count, actual, expected, deviation, typical) = (0, 0.0, 0.0, 0.0, 0.0);
        foreach (var baseline in baselines)
        {
            if (baseline is { Count: > 0, Mean: { } mean })
            {
                count += baseline.Count;
                actual += baseline.Sum;
                expected += baseline.Count * mean;
                typical += baseline.Count * baseline.First!.Value;
                deviation += baseline.Count * Math.Max(baseline.Deviation, mean * LeastDeviation);
            }
        }

        if (wasReached && actual > 0)
        {
            throughput.Add(now, Current, count, typical, actual);
        }

        if (throughput.WasHigherBelow(now, Current))
        {
            Decrease();
            resting = Rest;
        }
        else if (hadBackPressure)
        {
            Decrease();
        }
        else if (expected > 0 && actual >= expected + (DeviationScale * deviation))
        {
            if (isUntried && (!IsUsed(count) || ++slowIntervals < SlowIntervals))
            {
                return false;
            }

            Decrease();
        }
        else if (resting > 0)
        {
            resting--;
        }
        else if (wasReached && expected > 0 && actual <= expected * (1 + Tolerance))
        {
            Increase();
        }

        slowIntervals = 0;
        return true;
    }

    // As many requests end in an interval of one response time as are under way on average. A few of them that are slow are no
    // reason to send fewer than many.
    private bool IsUsed(int count) => count >= Current / 2;

    private void Increase()
    {
        if (isUntried)
        {
            beforeDoubling = Current;
        }

        Current = Math.Min(most, isUntried ? Current * 2 : Current + 1);
    }

    // The last doubling may have gone far beyond what the service can take, so it is undone whole.
    private void Decrease()
    {
        Current = isUntried && beforeDoubling is { } before ? before : Math.Max(1, (int)(Current * DecreaseRatio));
        isUntried = false;
    }
}
