using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>One JSON value of a schema file, with its place for messages.</summary>
/// <param name="Kind">One type; numbers are <see cref="JsonTypes.Integer"/> or <see cref="JsonTypes.Fraction"/> by value.</param>
/// <param name="Text">Unescaped text of a string, raw text of any other scalar; empty for containers.</param>
internal sealed record SchemaValue(JsonTypes Kind, int Line, string Pointer, string Text, ReadOnlyMemory<byte> Raw)
{
    public List<SchemaMember> Members { get; } = [];

    public List<SchemaValue> Items { get; } = [];

    /// <summary>The value of a member; null where there is no such member.</summary>
    public SchemaValue? Find(string name) => Members.Find(m => m.Name == name)?.Value;
}

internal sealed record SchemaMember(string Name, int Line, string Pointer, SchemaValue Value);

/// <summary>Reads a schema file into values that know their lines. Only at start-up; records are never read this way.</summary>
internal sealed class SchemaDocument
{
    public const int MaxDepth = 128;
    private readonly SchemaSource source;
    private readonly ReadOnlyMemory<byte> utf8;
    private readonly ICollection<ConfigurationError> errors;
    private int counted;
    private int lines = 1;

    private SchemaDocument(SchemaSource source, ICollection<ConfigurationError> errors)
    {
        this.source = source;
        this.errors = errors;
        utf8 = source.Utf8.Span.StartsWith(Encoding.UTF8.Preamble) ? source.Utf8[Encoding.UTF8.Preamble.Length..] : source.Utf8;
    }

    /// <summary>null where the file is not JSON; that is one error with its line.</summary>
    public static SchemaValue? Parse(SchemaSource source, ICollection<ConfigurationError> errors) => new SchemaDocument(source, errors).Parse();

    private SchemaValue? Parse()
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var root = Read(ref reader, "");
            reader.Read();
            return root;
        }
        catch (JsonException exception)
        {
            errors.Add(new ConfigurationError(source.File, (int)(exception.LineNumber ?? 0) + 1, "", $"The file is not valid JSON: {FirstSentence(exception.Message)}"));
            return null;
        }
        catch (InvalidOperationException exception)
        {
            errors.Add(new ConfigurationError(source.File, LineAt(reader.TokenStartIndex), "", $"The file is not valid text: {exception.Message}"));
            return null;
        }
    }

    private SchemaValue Read(ref Utf8JsonReader reader, string pointer)
    {
        var start = (int)reader.TokenStartIndex;
        var line = LineAt(start);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                List<SchemaMember> members = [];
                HashSet<string> names = new(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var memberLine = LineAt(reader.TokenStartIndex);
                    var memberPointer = JsonPointer.Append(pointer, name);
                    reader.Read();
                    var value = Read(ref reader, memberPointer);
                    if (names.Add(name))
                    {
                        members.Add(new SchemaMember(name, memberLine, memberPointer, value));
                    }
                    else
                    {
                        errors.Add(new ConfigurationError(source.File, memberLine, memberPointer, $"\"{name}\" occurs twice in one object."));
                    }
                }

                var result = Value(JsonTypes.Object, "", ref reader);
                result.Members.AddRange(members);
                return result;
            case JsonTokenType.StartArray:
                List<SchemaValue> items = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader, JsonPointer.Append(pointer, items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))));
                }

                var array = Value(JsonTypes.Array, "", ref reader);
                array.Items.AddRange(items);
                return array;
            case JsonTokenType.String:
                return Value(JsonTypes.String, reader.GetString()!, ref reader);
            case JsonTokenType.Number:
                return Value(JsonNumber.TypeOf(reader.ValueSpan), Encoding.ASCII.GetString(reader.ValueSpan), ref reader);
            case JsonTokenType.True or JsonTokenType.False:
                return Value(JsonTypes.Boolean, reader.TokenType == JsonTokenType.True ? "true" : "false", ref reader);
            default:
                return Value(JsonTypes.Null, "null", ref reader);
        }

        SchemaValue Value(JsonTypes kind, string text, ref Utf8JsonReader at) =>
            new(kind, line, pointer, text, utf8[start..(int)at.BytesConsumed]);
    }

    /// <summary>Values come in the order of the file, so that each byte is counted once.</summary>
    private int LineAt(long offset)
    {
        var end = (int)Math.Min(offset, utf8.Length);
        if (end < counted)
        {
            (counted, lines) = (0, 1);
        }

        lines += utf8.Span[counted..end].Count((byte)'\n');
        counted = end;
        return lines;
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..(end + 1)];
    }
}
