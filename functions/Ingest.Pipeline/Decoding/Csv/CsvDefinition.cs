using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Csv;

/// <summary>How the fields of a CSV record become the properties that the JSON Schema describes.</summary>
internal sealed class CsvDefinition
{
    private readonly Dictionary<string, CsvField> fields = new(StringComparer.Ordinal);

    /// <param name="schemaJson">The JSON Schema: it says which properties are numbers.</param>
    /// <param name="columns">Names of the fields where events have no header; null where they have.</param>
    public CsvDefinition(byte delimiter, ReadOnlyMemory<byte> schemaJson, IReadOnlyList<string>? columns)
    {
        Delimiter = delimiter;
        Columns = columns;
        using var schema = JsonDocument.Parse(schemaJson, new JsonDocumentOptions { MaxDepth = SchemaDocument.MaxDepth });
        AddProperties(schema.RootElement, "", []);
    }

    public byte Delimiter { get; }

    public IReadOnlyList<string>? Columns { get; }

    /// <summary>The property of a column, <c>location.lat</c> for a nested one; text where the schema does not know it.</summary>
    public CsvField Find(string name) => fields.GetValueOrDefault(name) ?? new CsvField([name], CsvTypes.Text);

    private void AddProperties(JsonElement schema, string prefix, IReadOnlyList<string> path)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in properties.EnumerateObject())
        {
            string[] own = [.. path, property.Name];
            fields.TryAdd(prefix + property.Name, new CsvField(own, TypesOf(property.Value)));
            AddProperties(property.Value, $"{prefix}{property.Name}.", own);
        }
    }

    private static CsvTypes TypesOf(JsonElement schema)
    {
        var names = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type)
            ? type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.ToString()).ToArray() : [type.ToString()]
            : [];
        var types = names.Length == 0 ? CsvTypes.Text | CsvTypes.Number | CsvTypes.Boolean | CsvTypes.Container : default;
        foreach (var name in names)
        {
            types |= name switch
            {
                "integer" or "number" => CsvTypes.Number,
                "boolean" => CsvTypes.Boolean,
                "object" or "array" => CsvTypes.Container,
                "string" => CsvTypes.Text,
                _ => default,
            };
        }

        return types;
    }
}

/// <summary>What a field may hold beside text.</summary>
[Flags]
internal enum CsvTypes
{
    None = 0,
    Text = 1,
    Number = 2,
    Boolean = 4,

    /// <summary>An object or an array, written as JSON.</summary>
    Container = 8,
}

/// <param name="Path">Names of the properties from the record to the value.</param>
internal sealed record CsvField(IReadOnlyList<string> Path, CsvTypes Types)
{
    public byte[][] Keys { get; } = [.. Path.Select(p => Encoding.UTF8.GetBytes(p))];
}
