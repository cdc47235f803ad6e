using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Typed;

/// <summary>What a value of a typed format becomes.</summary>
internal enum ValueKind
{
    Int64,
    Double,
    Boolean,
    String,
    Timestamp,
    Date,
    Uuid,

    /// <summary>JSON text: whatever has no column type of its own.</summary>
    Json,

    /// <summary>Its fields have columns of their own.</summary>
    Record,
}

/// <summary>A field of a format that brings its own types, and the column, or columns, that it becomes.</summary>
/// <param name="Line">In the file that describes the format, from 1; messages name it.</param>
internal sealed record FieldLayout(string Name, ValueKind Kind, int Line, bool IsNullable = false, bool IsList = false, bool ItemsAreNullable = false)
{
    /// <summary>Of a <see cref="ValueKind.Record"/>.</summary>
    public List<FieldLayout> Fields { get; } = [];

    /// <summary>Whether a record that lacks the field is read with a default in its place.</summary>
    public bool HasDefault { get; init; }
}

/// <summary>
/// Gives the fields of a typed format the columns that a JSON Schema of the same shape would get: names, pointers, id, key and time
/// follow one set of rules, whatever the format.
/// </summary>
internal static class TypedLayout
{
    /// <summary>Null where there are errors; they name the lines of the format's own file.</summary>
    public static CompiledSchema? Compile(
        string file, IReadOnlyList<FieldLayout> fields, SchemaBinding binding, ICollection<ConfigurationError> errors)
    {
        var text = new StringBuilder();
        List<int> lines = [1];
        text.Append("{\"type\":\"object\",");
        WriteObject(fields, text, lines);
        text.Append('}');
        List<ConfigurationError> found = [];
        var schema = SchemaCompiler.Compile(new SchemaSource(file, Encoding.UTF8.GetBytes(text.ToString())), binding, found);
        foreach (var error in found)
        {
            errors.Add(error with { Line = error.Line <= lines.Count ? lines[error.Line - 1] : 1, Pointer = "" });
        }

        return schema;
    }

    /// <summary>The columns that are filled with a default where a record lacks them.</summary>
    public static IReadOnlySet<string> Defaulted(IReadOnlyList<FieldLayout> fields) => DefaultedUnder("", fields).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> DefaultedUnder(string prefix, IReadOnlyList<FieldLayout> fields) => fields.SelectMany(
        f => f.Kind == ValueKind.Record ? DefaultedUnder($"{prefix}{f.Name}.", f.Fields) : f.HasDefault ? [prefix + f.Name] : []);

    private static void WriteObject(IReadOnlyList<FieldLayout> fields, StringBuilder text, List<int> lines)
    {
        var required = fields.Where(f => !f.IsNullable).Select(f => JsonSerializer.Serialize(f.Name));
        text.Append($"\"additionalProperties\":false,\"required\":[{string.Join(',', required)}],\"properties\":{{");
        for (var i = 0; i < fields.Count; i++)
        {
            // A line each, so that a mistake can be led back to the line of the field.
            text.Append(i == 0 ? "\n" : ",\n").Append(JsonSerializer.Serialize(fields[i].Name)).Append(':');
            lines.Add(fields[i].Line);
            WriteField(fields[i], text, lines);
        }

        text.Append('}');
    }

    private static void WriteField(FieldLayout field, StringBuilder text, List<int> lines)
    {
        if (field.Kind == ValueKind.Json)
        {
            text.Append("true");
        }
        else if (field.IsList)
        {
            text.Append($"{{\"type\":{Types("array", field.IsNullable)},\"items\":{{{Scalar(field.Kind, field.ItemsAreNullable)}}}}}");
        }
        else if (field.Kind == ValueKind.Record)
        {
            text.Append($"{{\"type\":{Types("object", field.IsNullable)},");
            WriteObject(field.Fields, text, lines);
            text.Append('}');
        }
        else
        {
            text.Append($"{{{Scalar(field.Kind, field.IsNullable)}}}");
        }
    }

    private static string Scalar(ValueKind kind, bool isNullable)
    {
        var (type, format) = kind switch
        {
            ValueKind.Int64 => ("integer", null),
            ValueKind.Double => ("number", null),
            ValueKind.Boolean => ("boolean", null),
            ValueKind.Timestamp => ("string", "date-time"),
            ValueKind.Date => ("string", "date"),
            ValueKind.Uuid => ("string", "uuid"),
            _ => ("string", (string?)null),
        };
        return $"\"type\":{Types(type, isNullable)}{(format is null ? "" : $",\"format\":\"{format}\"")}";
    }

    private static string Types(string type, bool isNullable) => isNullable ? $"[\"{type}\",\"null\"]" : $"\"{type}\"";
}
