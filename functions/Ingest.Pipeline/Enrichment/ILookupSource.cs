namespace Ingest.Pipeline.Enrichment;

/// <summary>Reads lookups. Throws when the store is unavailable; the caller then keeps what it has, or holds where it has nothing.</summary>
public interface ILookupSource
{
    /// <summary>
    /// The rows of the lookup one after the other, always in the same order, each key once: a lookup may be larger than memory, and whoever
    /// reads stops where it has had enough. Never called twice at a time for the same lookup.
    /// </summary>
    /// <param name="properties">Properties that are wanted; none: keys and ETags are enough.</param>
    IAsyncEnumerable<LookupRow> ReadAsync(LookupDefinition lookup, IReadOnlyCollection<string> properties, CancellationToken cancellationToken);
}

/// <param name="Key">Decoded from the table's key encoding.</param>
/// <param name="ETag">Changes whenever the row does; null where the source cannot tell, so that the rows are read every time.</param>
/// <param name="Properties">A value is a string, bool, int, long, double, DateTimeOffset, Guid or byte[].</param>
public readonly record struct LookupRow(string Key, string? ETag, IReadOnlyDictionary<string, object> Properties);
