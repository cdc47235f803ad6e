namespace Ingest.Pipeline.Enrichment;

/// <summary>Reads a whole lookup. Throws when the store is unavailable; the caller then keeps what it has, or holds where it has nothing.</summary>
public interface ILookupSource
{
    /// <summary>
    /// All rows of the lookup: key, decoded from the table's key encoding → properties. A value is a string, bool, int, long,
    /// double, DateTimeOffset, Guid or byte[]. Never called twice at a time for the same lookup.
    /// </summary>
    Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>> LoadAsync(LookupDefinition lookup, CancellationToken cancellationToken);
}
