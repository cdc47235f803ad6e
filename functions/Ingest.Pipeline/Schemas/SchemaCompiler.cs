using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>A schema file as the user wrote it.</summary>
/// <param name="File">Path for messages, relative to streams.json.</param>
public sealed record SchemaSource(string File, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>Absolute URI that the file was found under, which its references are relative to; null: <c>schema:///</c> and its path.</summary>
    public string? Uri { get; init; }
}

/// <summary>What the stream adds to its schema.</summary>
/// <param name="Time">Where and how the event time is written; its column becomes a timestamp column.</param>
/// <param name="IdPointer">JSON Pointer of the record's id: a string, a UUID or an integer.</param>
/// <param name="KeyPointer">JSON Pointer of the record's key: a scalar.</param>
public sealed record SchemaBinding(TimeFormat? Time, string? IdPointer, string? KeyPointer);

/// <summary>How a schema is compiled.</summary>
public sealed record SchemaOptions
{
    /// <summary>Finds the documents that the schema refers to; null: it may refer to itself and the meta-schemas only.</summary>
    public ISchemaResolver? Resolver { get; init; }

    /// <summary>
    /// Whether <c>format</c> is checked; default true. Where false it is an annotation, as the specification has it unless the
    /// schema's dialect holds the vocabulary format-assertion.
    /// </summary>
    public bool AssertFormats { get; init; } = true;

    /// <summary>
    /// Whether keywords and formats that nobody knows are mistakes, which finds misspelt ones; default false: they are annotations,
    /// as the specification has it. Streams refuse them.
    /// </summary>
    public bool RefuseUnknown { get; init; }

    /// <summary>Deepest nesting of a value to be validated. 1–1,000, default 64; deeper values are not valid.</summary>
    public int MaxDepth { get; init; } = 64;
}

/// <summary>Compiles a JSON Schema to columns and a reader.</summary>
public static class SchemaCompiler
{
    /// <summary>For a stream. Returns null where there were errors; all of them are added, with line and pointer.</summary>
    /// <param name="resolver">Finds the files that the schema refers to; null where it may refer to none.</param>
    public static CompiledSchema? Compile(
        SchemaSource source, SchemaBinding binding, ICollection<ConfigurationError> errors, ISchemaResolver? resolver = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(errors);
        var before = errors.Count;
        var options = new SchemaOptions { Resolver = resolver, RefuseUnknown = true };
        if (RuleCompiler.Compile(source, options, errors) is not { } rules)
        {
            return null;
        }

        var (root, isWhole) = new ColumnShape().RootOf(rules.Root);
        var plan = new ColumnPlan(root, binding, source.File, errors);
        return errors.Count == before ? new CompiledSchema(root, plan, rules, options.MaxDepth, isWhole ? null : rules.Root) : null;
    }

    /// <summary>For validation alone, of any JSON value. Returns null where there were errors; all of them are added, with line and pointer.</summary>
    public static CompiledSchema? Compile(SchemaSource source, SchemaOptions options, ICollection<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxDepth, 1000);
        var before = errors.Count;
        var rules = RuleCompiler.Compile(source, options, errors);
        return rules is null || errors.Count > before ? null : new CompiledSchema(rules, options.MaxDepth);
    }
}
