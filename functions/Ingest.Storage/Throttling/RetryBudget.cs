namespace Ingest.Storage.Throttling;

/// <summary>
/// Retries that an account's requests may still cost: every success earns a part of one, every retry spends one, so that
/// retries stay a bounded share of the load however many callers there are. Thread-safe.
/// </summary>
internal sealed class RetryBudget
{
    private readonly double earned;
    private readonly double most;
    private readonly Lock sync = new();
    private double left;

    /// <param name="ratio">Retries that one success earns, 0.01–1.</param>
    /// <param name="most">Retries that can be saved up, at least 1; the budget begins full.</param>
    public RetryBudget(double ratio, int most)
    {
        (earned, this.most, left) = (ratio, most, most);
    }

    public void Earn()
    {
        lock (sync)
        {
            left = Math.Min(most, left + earned);
        }
    }

    public bool TrySpend()
    {
        lock (sync)
        {
            if (left < 1)
            {
                return false;
            }

            left--;
            return true;
        }
    }
}
