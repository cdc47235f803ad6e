using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>Reads an Avro schema: the user's file, or what a container file brings along.</summary>
internal sealed partial class AvroSchemaParser
{
    private static readonly Dictionary<string, AvroKind> Primitives = new(StringComparer.Ordinal)
    {
        ["null"] = AvroKind.Null,
        ["boolean"] = AvroKind.Boolean,
        ["int"] = AvroKind.Int,
        ["long"] = AvroKind.Long,
        ["float"] = AvroKind.Float,
        ["double"] = AvroKind.Double,
        ["bytes"] = AvroKind.Bytes,
        ["string"] = AvroKind.String,
    };

    private readonly string file;
    private readonly ICollection<ConfigurationError> errors;
    private readonly Dictionary<string, AvroType> named = new(StringComparer.Ordinal);

    private AvroSchemaParser(string file, ICollection<ConfigurationError> errors) => (this.file, this.errors) = (file, errors);

    /// <summary>Null where there are errors.</summary>
    public static AvroType? Parse(SchemaSource source, ICollection<ConfigurationError> errors)
    {
        var before = errors.Count;
        if (SchemaDocument.Parse(source, errors) is not { } document)
        {
            return null;
        }

        var type = new AvroSchemaParser(source.File, errors).Parse(document, "");
        return errors.Count == before ? type : null;
    }

    private AvroType Parse(SchemaValue value, string space)
    {
        switch (value.Kind)
        {
            case JsonTypes.String:
                return Reference(value, space);
            case JsonTypes.Array:
                return Union(value, space);
            case JsonTypes.Object:
                return Object(value, space);
            default:
                return Fail(value, "A type is a name, an object or an array of types.");
        }
    }

    private AvroType Reference(SchemaValue value, string space)
    {
        if (Primitives.TryGetValue(value.Text, out var primitive))
        {
            return new AvroType(primitive, value.Line);
        }

        var full = FullName(value.Text, space);
        return named.TryGetValue(full, out var type) || named.TryGetValue(value.Text, out type)
            ? type
            : Fail(value, $"There is no type \"{value.Text}\".{Spelling.Suggest(value.Text, [.. Primitives.Keys, .. named.Keys])}");
    }

    private AvroType Union(SchemaValue value, string space)
    {
        var branches = value.Items.Select(i => Parse(i, space)).ToArray();
        if (branches.Any(b => b.Kind == AvroKind.Union))
        {
            return Fail(value, "A union cannot hold another one directly.");
        }

        return branches.Length == 0 || branches.DistinctBy(b => b.FullName ?? b.Kind.ToString()).Count() < branches.Length
            ? Fail(value, "A union is an array of different types.")
            : new AvroType(AvroKind.Union, value.Line) { Branches = branches };
    }

    private AvroType Object(SchemaValue value, string space)
    {
        if (Find(value, "type") is not { } type)
        {
            return Fail(value, "\"type\" is missing.");
        }

        if (type.Kind != JsonTypes.String)
        {
            return Parse(type, space);
        }

        switch (type.Text)
        {
            case "record" or "error":
                return Record(value, space);
            case "enum":
                return Enum(value, space);
            case "fixed":
                return Fixed(value, space);
            case "array":
                return new AvroType(AvroKind.Array, value.Line) { Items = Child(value, "items", space) };
            case "map":
                return new AvroType(AvroKind.Map, value.Line) { Items = Child(value, "values", space) };
            default:
                return Primitives.TryGetValue(type.Text, out var primitive)
                    ? Logical(value, new AvroType(primitive, value.Line))
                    : Reference(type, space);
        }
    }

    private AvroType Record(SchemaValue value, string space)
    {
        var name = Name(value, ref space);
        var record = Add(value, new AvroType(AvroKind.Record, value.Line) { FullName = name, Aliases = Aliases(value) });
        if (Find(value, "fields") is not { Kind: JsonTypes.Array } fields)
        {
            return Fail(value, "\"fields\" is missing: it is the array of the record's fields.");
        }

        foreach (var field in fields.Items)
        {
            if (field.Kind != JsonTypes.Object || Text(field, "name") is not { } fieldName || Find(field, "type") is not { } type)
            {
                Report(field, "A field is an object with \"name\" and \"type\".");
                continue;
            }

            if (record.Fields.Exists(f => f.Name == fieldName))
            {
                Report(field, $"The field \"{fieldName}\" occurs twice.");
            }

            record.Fields.Add(new AvroField(fieldName, Parse(type, space), Find(field, "default"), Aliases(field), field.Line));
        }

        return record;
    }

    private AvroType Enum(SchemaValue value, string space)
    {
        var name = Name(value, ref space);
        if (Find(value, "symbols") is not { Kind: JsonTypes.Array } symbols || symbols.Items.Count == 0 || symbols.Items.Exists(s => s.Kind != JsonTypes.String))
        {
            return Fail(value, "\"symbols\" is missing: it is the array of the enum's names.");
        }

        return Add(value, new AvroType(AvroKind.Enum, value.Line)
        {
            FullName = name,
            Aliases = Aliases(value),
            Symbols = [.. symbols.Items.Select(s => s.Text)],
            SymbolBytes = [.. symbols.Items.Select(s => Encoding.UTF8.GetBytes(s.Text))],
            EnumDefault = Text(value, "default"),
        });
    }

    private AvroType Fixed(SchemaValue value, string space)
    {
        var name = Name(value, ref space);
        return Find(value, "size") is { Kind: JsonTypes.Integer } size && int.TryParse(size.Text, CultureInfo.InvariantCulture, out var bytes) && bytes >= 0
            ? Logical(value, Add(value, new AvroType(AvroKind.Fixed, value.Line) { FullName = name, Size = bytes, Aliases = Aliases(value) }))
            : Fail(value, "\"size\" is missing: it is the number of bytes.");
    }

    // What is not understood is ignored, as the specification asks.
    private static AvroType Logical(SchemaValue value, AvroType type)
    {
        type.Logical = (Text(value, "logicalType"), type.Kind) switch
        {
            ("decimal", AvroKind.Bytes or AvroKind.Fixed) => AvroLogical.Decimal,
            ("uuid", AvroKind.String) => AvroLogical.Uuid,
            ("uuid", AvroKind.Fixed) when type.Size == 16 => AvroLogical.Uuid,
            ("date", AvroKind.Int) => AvroLogical.Date,
            ("timestamp-millis" or "local-timestamp-millis", AvroKind.Long) => AvroLogical.TimestampMillis,
            ("timestamp-micros" or "local-timestamp-micros", AvroKind.Long) => AvroLogical.TimestampMicros,
            ("timestamp-nanos" or "local-timestamp-nanos", AvroKind.Long) => AvroLogical.TimestampNanos,
            _ => AvroLogical.None,
        };
        if (type.Logical == AvroLogical.Decimal)
        {
            var isScale = int.TryParse(Find(value, "scale")?.Text ?? "0", CultureInfo.InvariantCulture, out var scale) && scale is >= 0 and <= 1000;
            (type.Logical, type.Scale) = isScale ? (AvroLogical.Decimal, scale) : (AvroLogical.None, 0);
        }

        return type;
    }

    private AvroType Child(SchemaValue value, string key, string space) =>
        Find(value, key) is { } child ? Parse(child, space) : Fail(value, $"\"{key}\" is missing.");

    private AvroType Add(SchemaValue value, AvroType type)
    {
        if (!named.TryAdd(type.FullName!, type))
        {
            Report(value, $"The type \"{type.FullName}\" is defined twice.");
        }

        return type;
    }

    private string Name(SchemaValue value, ref string space)
    {
        if (Text(value, "name") is not { } name || !FullNamePattern().IsMatch(name))
        {
            Report(value, "\"name\" is missing or no name: letters, digits and _, a letter or _ first, dots between.");
            return $"unnamed{named.Count}";
        }

        space = Text(value, "namespace") ?? space;
        var full = FullName(name, space);
        var dot = full.LastIndexOf('.');
        space = dot < 0 ? "" : full[..dot];
        return full;
    }

    private static string FullName(string name, string space) => name.Contains('.', StringComparison.Ordinal) || space.Length == 0 ? name : $"{space}.{name}";

    private static SchemaValue? Find(SchemaValue value, string key) => value.Members.Find(m => m.Name == key)?.Value;

    private static string? Text(SchemaValue value, string key) => Find(value, key) is { Kind: JsonTypes.String, Text: var text } ? text : null;

    private static IReadOnlyList<string> Aliases(SchemaValue value) =>
        Find(value, "aliases") is { Kind: JsonTypes.Array } aliases ? [.. aliases.Items.Select(a => a.Text)] : [];

    private AvroType Fail(SchemaValue at, string message)
    {
        Report(at, message);
        return new AvroType(AvroKind.Null, at.Line);
    }

    private void Report(SchemaValue at, string message) => errors.Add(new ConfigurationError(file, at.Line, at.Pointer, message));

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex FullNamePattern();
}
