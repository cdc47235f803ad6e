namespace Ingest.Pipeline.Enrichment;

/// <summary>
/// Where a lookup's loads are made known: log, counters. Called from background threads, in parallel for different lookups;
/// must not throw and must not block.
/// </summary>
public interface ILookupObserver
{
    /// <summary>All rows were read, for the first time or again.</summary>
    /// <param name="bytes">Memory the rows take, near enough.</param>
    void Loaded(LookupDefinition lookup, int rows, long bytes, TimeSpan duration);

    /// <summary>The rows were found to be what they were: nothing was read but keys and ETags.</summary>
    void Unchanged(LookupDefinition lookup, TimeSpan duration);

    /// <summary>A refresh failed; the rows read <paramref name="age"/> ago stay in use.</summary>
    void RefreshFailed(LookupDefinition lookup, Exception exception, TimeSpan age);
}
