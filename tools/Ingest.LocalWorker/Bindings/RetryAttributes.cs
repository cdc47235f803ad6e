namespace Microsoft.Azure.Functions.Worker;

/// <summary>How a failed invocation is repeated before the host moves on.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>How often a failed invocation is repeated; -1 is for ever.</summary>
    public int MaxRetryCount { get; set; }
}

/// <summary>Repeats after the same delay each time.</summary>
public sealed class FixedDelayRetryAttribute : RetryAttribute
{
    /// <param name="maxRetryCount">Repetitions; -1 is for ever.</param>
    /// <param name="delayInterval">A TimeSpan as text; checked when the application is built.</param>
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    /// <summary>The delay, as TimeSpan text.</summary>
    public string DelayInterval { get; }
}

/// <summary>Repeats after delays that grow from a minimum to a maximum.</summary>
public sealed class ExponentialBackoffRetryAttribute : RetryAttribute
{
    /// <param name="maxRetryCount">Repetitions; -1 is for ever.</param>
    /// <param name="minimumInterval">A TimeSpan as text; checked when the application is built.</param>
    /// <param name="maximumInterval">A TimeSpan as text, not below <paramref name="minimumInterval"/>.</param>
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    /// <summary>The first delay, as TimeSpan text.</summary>
    public string MinimumInterval { get; }

    /// <summary>The longest delay, as TimeSpan text.</summary>
    public string MaximumInterval { get; }
}
