using Azure.Core;
using Azure.Core.Pipeline;

namespace Ingest.Storage.Throttling;

/// <summary>The SDK's exponential retries with jitter, which wait as long as <c>Retry-After</c> says, within the account's budget.</summary>
internal sealed class BudgetedRetryPolicy(AccountThrottle throttle, StorageOptions options) : RetryPolicy(
    options.MaxRetries, DelayStrategy.CreateExponentialDelayStrategy(FirstDelay, options.MaxRetryDelay))
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) => base.ShouldRetry(message, exception) && IsInBudget();

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        await base.ShouldRetryAsync(message, exception).ConfigureAwait(false) && IsInBudget();

    private bool IsInBudget()
    {
        if (throttle.Budget.TrySpend())
        {
            return true;
        }

        throttle.Meter.RetryRefused();
        return false;
    }
}
