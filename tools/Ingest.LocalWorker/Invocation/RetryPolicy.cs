using System.Globalization;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.LocalWorker.Invocation;

/// <summary>When a failed invocation is repeated. Pure: the caller waits.</summary>
/// <param name="MaxRetryCount">Repetitions; -1 is for ever.</param>
internal abstract record RetryPolicy(int MaxRetryCount)
{
    public bool Allows(int retry) => MaxRetryCount < 0 || retry <= MaxRetryCount;

    /// <param name="retry">1 for the first repetition.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public abstract TimeSpan Delay(int retry, double random);

    /// <summary>What an attribute says.</summary>
    /// <exception cref="FunctionSetupException">A value is no time span, negative, or the minimum lies above the maximum.</exception>
    public static RetryPolicy From(RetryAttribute attribute)
    {
        if (attribute.MaxRetryCount < -1)
        {
            throw new FunctionSetupException($"the retry count {attribute.MaxRetryCount} is neither -1 nor a number of repetitions");
        }

        switch (attribute)
        {
            case FixedDelayRetryAttribute fixedDelay:
                return new FixedDelayRetry(attribute.MaxRetryCount, Span(fixedDelay.DelayInterval));
            case ExponentialBackoffRetryAttribute exponential:
                var (minimum, maximum) = (Span(exponential.MinimumInterval), Span(exponential.MaximumInterval));
                return minimum <= maximum
                    ? new ExponentialBackoffRetry(attribute.MaxRetryCount, minimum, maximum)
                    : throw new FunctionSetupException($"the retry's minimum interval {minimum} lies above its maximum {maximum}");
            default:
                throw new FunctionSetupException($"the retry attribute {attribute.GetType().Name} is not known");
        }
    }

    private static TimeSpan Span(string text) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero
            ? span
            : throw new FunctionSetupException($"the retry interval '{text}' is no time span");
}

/// <summary>The same delay each time.</summary>
internal sealed record FixedDelayRetry(int MaxRetryCount, TimeSpan Interval) : RetryPolicy(MaxRetryCount)
{
    public override TimeSpan Delay(int retry, double random) => Interval;
}

/// <summary>The minimum, then minimum + 2^(n-1) · minimum · (0.8 to 1.2), never above the maximum: the host's own formula.</summary>
internal sealed record ExponentialBackoffRetry(int MaxRetryCount, TimeSpan Minimum, TimeSpan Maximum) : RetryPolicy(MaxRetryCount)
{
    public override TimeSpan Delay(int retry, double random)
    {
        if (retry <= 1)
        {
            return Minimum;
        }

        var milliseconds = Minimum.TotalMilliseconds * (1 + (Math.Pow(2, retry - 1) * (0.8 + (0.4 * random))));
        return milliseconds < Maximum.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : Maximum;
    }
}
