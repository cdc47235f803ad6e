namespace Ingest.Pipeline.Enrichment;

/// <summary>One entry of <c>lookups</c>: a table whose PartitionKey is the lookup's name and whose RowKey is the key.</summary>
/// <param name="Refresh">How old rows may grow before they are read again; 1 s–1 day.</param>
public sealed record LookupDefinition(string Name, string Table, TimeSpan Refresh);

/// <summary>One <c>{ "lookup": …, "on": …, "add": …, "missing": … }</c> of a stream.</summary>
/// <param name="On">Columns (String, Int64 or Uuid) whose texts, joined by <c>|</c>, are the key.</param>
/// <param name="Add">New column, always of type String → property of the lookup's row.</param>
/// <param name="QuarantineMissing">true: a record without a match is quarantined (<c>lookup-missing</c>); false: its columns are null.</param>
public sealed record LookupEnrichment(LookupDefinition Lookup, IReadOnlyList<string> On, IReadOnlyList<KeyValuePair<string, string>> Add, bool QuarantineMissing)
    : EnrichmentStep
{
    /// <summary>The JSON Pointers that <see cref="On"/> was written as, for faults.</summary>
    public IReadOnlyList<string> OnPointers { get; init; } = [];
}
