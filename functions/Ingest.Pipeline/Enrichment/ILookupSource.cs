namespace Ingest.Pipeline.Enrichment;

/// <summary>Reads a whole lookup. Throws when the store is unavailable; the caller then keeps what it has, or holds where it has nothing.</summary>
public interface ILookupSource
{
    /// <summary>All rows of the lookup: key → properties (text form), decoded from the table's key encoding.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>> LoadAsync(LookupDefinition lookup, CancellationToken cancellationToken);
}
