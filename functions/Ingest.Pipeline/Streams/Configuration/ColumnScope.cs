using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>The columns a stream's definition may name.</summary>
/// <param name="schema">Null where the schema is missing or broken: then no name can be judged, and none is blamed.</param>
/// <param name="envelope">Decoded columns that are not the schema's; null for none.</param>
internal sealed class ColumnScope(CompiledSchema? schema, ConfigErrors errors, IReadOnlyList<ColumnDefinition>? envelope = null)
{
    private readonly List<ColumnDefinition> enriched = [];
    private readonly Dictionary<string, (ConfigNode At, string Kind)> hidden = new(StringComparer.Ordinal);

    public bool IsKnown => schema is not null;

    public IReadOnlyList<ColumnDefinition> Decoded { get; } = schema is null ? [] : [.. schema.Columns, .. envelope ?? []];

    public IReadOnlyList<ColumnDefinition> Enriched => enriched;

    /// <summary>The decoded columns that are never written.</summary>
    public IReadOnlyList<string> Dropped => [.. hidden.Where(h => h.Value.Kind == "drop").Select(h => h.Key)];

    /// <summary>The columns that are written.</summary>
    public IEnumerable<ColumnDefinition> All => Decoded.Where(c => !Dropped.Contains(c.Name)).Concat(enriched);

    public CompiledSchema? Schema => schema;

    public ConfigErrors Errors => errors;

    public ColumnDefinition? FindDecoded(string name) => Decoded.FirstOrDefault(c => c.Name == name);

    public bool IsEnriched(string name) => enriched.Exists(c => c.Name == name);

    /// <summary>Nothing may depend on the column's value from here on.</summary>
    /// <param name="kind"><c>drop</c> or <c>redact</c>.</param>
    public void Hide(string column, ConfigNode at, string kind)
    {
        // What is redacted can still be dropped, and then is.
        if (kind == "drop" || !hidden.ContainsKey(column))
        {
            hidden[column] = (at, kind);
        }
    }

    /// <summary>Why the column's value cannot be used; null where it can.</summary>
    public string? WhyHidden(string column) => hidden.TryGetValue(column, out var by)
        ? $"the \"{by.Kind}\" on line {by.At.Line} has taken its value away"
        : null;

    /// <summary>Adds an enriched column; null where there is a clash, which is reported.</summary>
    public ColumnDefinition? Add(string name, ConfigNode at, ColumnType type = ColumnType.String)
    {
        if (!Names.CheckColumn(name, at, errors))
        {
            return null;
        }

        // Without case, as most engines that read the lake compare names.
        if (Decoded.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } taken)
        {
            errors.Add(at, $"The column \"{name}\" cannot be added: the schema has \"{taken.Name}\".");
        }
        else if (enriched.Exists(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add(at, $"The column \"{name}\" is added twice.");
        }
        else
        {
            var column = new ColumnDefinition(name, type);
            enriched.Add(column);
            return column;
        }

        return null;
    }

    /// <summary>The column that a JSON Pointer names, or, where the schema has none, the enriched column <c>/NAME</c>; null where neither exists.</summary>
    public ColumnDefinition? Readable(ConfigText pointer)
    {
        var column = schema?.FindColumn(pointer.Value) is null && pointer.Value[0] == '/' ? enriched.Find(c => c.Name == pointer.Value[1..]) : null;
        if ((column ?? Pointed(pointer)) is not { } found)
        {
            return null;
        }

        if (WhyHidden(found.Name) is { } reason)
        {
            errors.Add(pointer.Node, $"\"{pointer.Value}\" cannot be used here: {reason}; put this step before it.");
            return null;
        }

        return found;
    }

    /// <summary>The decoded column that a JSON Pointer names; null where there is none, which is reported unless the schema is unknown.</summary>
    public ColumnDefinition? Pointed(ConfigText pointer)
    {
        if (pointer.Value[0] != '/' || JsonPointer.Parse(pointer.Value) is null)
        {
            var hint = FindDecoded(pointer.Value) is null ? "such as \"/deviceId\"" : $"here \"/{pointer.Value.Replace('.', '/')}\"";
            errors.Add(pointer.Node, $"\"{pointer.Value}\" is no JSON Pointer; write one {hint}.");
            return null;
        }

        if (schema is null)
        {
            return null;
        }

        if (schema.FindColumn(pointer.Value) is { } name)
        {
            return FindDecoded(name);
        }

        errors.Add(pointer.Node, IsEnriched(pointer.Value[1..])
            ? $"\"{pointer.Value}\" is an enriched column; only what the record itself holds can be used here."
            : $"\"{pointer.Value}\" names no column of the schema.{Suggestion.For(pointer.Value, schema.Plan.ColumnsByPointer.Keys, "pointers")}");
        return null;
    }

    /// <summary>Like <see cref="Pointed"/>, for values that identify something: their text must be stable.</summary>
    public ColumnDefinition? PointedKey(ConfigText pointer, string use) => Key(Pointed(pointer), pointer, use);

    /// <summary>Like <see cref="Readable"/>, for values that identify something.</summary>
    public ColumnDefinition? ReadableKey(ConfigText pointer, string use) => Key(Readable(pointer), pointer, use);

    private ColumnDefinition? Key(ColumnDefinition? column, ConfigText pointer, string use)
    {
        if (column is { IsList: true } or { Type: not (ColumnType.String or ColumnType.Int64 or ColumnType.Uuid) })
        {
            errors.Add(pointer.Node, $"{use} must be a string, an integer or a UUID; \"{pointer.Value}\" is {Describe(column)}.");
            return null;
        }

        return column;
    }

    /// <summary>A column by its dotted name, enriched ones included.</summary>
    public bool CheckNamed(ConfigText name)
    {
        if (!IsKnown || All.Any(c => c.Name == name.Value))
        {
            return true;
        }

        if (WhyHidden(name.Value) is { } reason)
        {
            errors.Add(name.Node, $"The column \"{name.Value}\" is not written: {reason}.");
            return false;
        }

        errors.Add(name.Node, $"There is no column \"{name.Value}\".{Suggestion.For(name.Value, All.Select(c => c.Name), "columns")}");
        return false;
    }

    public static string Describe(ColumnDefinition column) => (column.IsList, column.Type) switch
    {
        (true, _) => "a list",
        (_, ColumnType.Json) => "open-ended JSON",
        (_, ColumnType.Double) => "a number with fractions",
        (_, ColumnType.Boolean) => "a boolean",
        (_, ColumnType.Timestamp) => "a time",
        (_, ColumnType.Date) => "a date",
        (_, ColumnType.Int64) => "an integer",
        (_, ColumnType.Uuid) => "a UUID",
        _ => "a string",
    };
}
