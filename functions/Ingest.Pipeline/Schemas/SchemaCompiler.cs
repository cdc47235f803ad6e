using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>A schema file as the user wrote it.</summary>
/// <param name="File">Path for messages, relative to streams.json.</param>
public sealed record SchemaSource(string File, ReadOnlyMemory<byte> Utf8);

/// <summary>What the stream adds to its schema.</summary>
/// <param name="Time">Where and how the event time is written; its column becomes a timestamp column.</param>
/// <param name="IdPointer">JSON Pointer of the record's id: a string, a UUID or an integer.</param>
/// <param name="KeyPointer">JSON Pointer of the record's key: a scalar.</param>
public sealed record SchemaBinding(TimeFormat? Time, string? IdPointer, string? KeyPointer);

/// <summary>Compiles a JSON Schema to columns and a reader.</summary>
public static class SchemaCompiler
{
    /// <summary>Returns null where there were errors; all of them are added, with line and pointer.</summary>
    public static CompiledSchema? Compile(SchemaSource source, SchemaBinding binding, ICollection<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(errors);
        var before = errors.Count;
        if (SchemaDocument.Parse(source, errors) is not { } document)
        {
            return null;
        }

        var root = new SchemaParser(source.File, errors).Parse(document);
        var plan = new ColumnPlan(root, binding, source.File, errors);
        return errors.Count == before ? new CompiledSchema(root, plan) : null;
    }
}
