using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// A JSON Schema 2020-12 compiled to columns and the plan of a single-pass reader. Immutable: any number of readers, on any
/// number of threads, share it.
/// </summary>
public sealed class CompiledSchema
{
    private readonly Dictionary<string, string> columnsByPointer;

    /// <summary>The schema that says nothing: every object is a record, and all of it goes to <c>_extra</c>.</summary>
    public CompiledSchema()
        : this(new SchemaNode { Pointer = "", Line = 1 })
    {
    }

    internal CompiledSchema(SchemaNode root, ColumnPlan plan)
    {
        Root = root;
        Plan = plan;
        Columns = plan.Columns;
        columnsByPointer = plan.ColumnsByPointer;
    }

    private CompiledSchema(SchemaNode root)
        : this(root, new ColumnPlan(root, new SchemaBinding(null, null, null), "", new List<ConfigurationError>()))
    {
    }

    /// <summary>
    /// The columns that the schema's properties become, in the order of the schema; last <c>_extra</c>, where properties that
    /// the schema does not name may occur: one JSON object, nested as the record is.
    /// </summary>
    public IReadOnlyList<ColumnDefinition> Columns { get; }

    /// <summary>Column of the record's id; null where the stream names none.</summary>
    public string? IdColumn => Plan.IdTarget < 0 ? null : Columns[Plan.IdTarget].Name;

    /// <summary>Column of the record's key; null where the stream names none.</summary>
    public string? KeyColumn => Plan.KeyTarget < 0 ? null : Columns[Plan.KeyTarget].Name;

    /// <summary>Timestamp column of the event time; null where the stream names none. Null in rows whose record has no such value.</summary>
    public string? TimeColumn => Plan.TimeTarget < 0 ? null : Columns[Plan.TimeTarget].Name;

    internal SchemaNode Root { get; }

    internal ColumnPlan Plan { get; }

    /// <summary>Name of the column that holds the value at a JSON Pointer into the record, for example <c>/location/lat</c>; null where it has none of its own.</summary>
    public string? FindColumn(string pointer) => columnsByPointer.GetValueOrDefault(pointer);
}
