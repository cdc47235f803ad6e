using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>A JSON Schema 2020-12 compiled to columns and a single-pass reader.</summary>
public sealed class CompiledSchema
{
    /// <summary>The columns that the schema's properties become, <c>_extra</c> included where it may occur.</summary>
    public IReadOnlyList<ColumnDefinition> Columns { get; init; } = [];
}
