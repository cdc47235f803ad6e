using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Json;

/// <summary>Reads the JSON that people write, with comments and trailing commas, into values that know their lines.</summary>
public ref struct LocatedJson
{
    private readonly string file;
    private readonly ReadOnlyMemory<byte> utf8;
    private readonly ICollection<ConfigurationError> errors;
    private Utf8JsonReader reader;
    private int countedTo;
    private int line;

    private LocatedJson(string file, ReadOnlyMemory<byte> utf8, ICollection<ConfigurationError> errors)
    {
        (this.file, this.utf8, this.errors) = (file, utf8, errors);
        reader = new Utf8JsonReader(
            utf8.Span, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 128 });
        line = 1;
    }

    /// <summary>Null where the bytes are not JSON: one mistake is added then. A key that occurs twice is a mistake too.</summary>
    /// <param name="file">Name for messages.</param>
    public static LocatedValue? Parse(string file, ReadOnlyMemory<byte> utf8, ICollection<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        var parser = new LocatedJson(file, utf8, errors);
        try
        {
            parser.reader.Read();
            var root = parser.Value("");
            parser.reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            // The message's own position would count lines from 0, beside ours that count from 1.
            var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            errors.Add(new ConfigurationError(file, (int)(e.LineNumber ?? 0) + 1, "", $"This is not valid JSON: {(end < 0 ? e.Message : e.Message[..end])}"));
        }
        catch (InvalidOperationException e)
        {
            // A string that is not UTF-8, or a lone surrogate.
            errors.Add(new ConfigurationError(file, parser.Line(), "", $"This is not valid JSON: {e.Message}"));
        }

        return null;
    }

    private int Line()
    {
        var start = (int)reader.TokenStartIndex;
        line += utf8.Span[countedTo..start].Count((byte)'\n');
        countedTo = start;
        return line;
    }

    private LocatedValue Value(string pointer)
    {
        var at = Line();
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = Members(pointer);
                return new LocatedValue(JsonValueKind.Object, at, pointer, Since(start), "") { Members = members };
            case JsonTokenType.StartArray:
                var elements = new List<LocatedValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    elements.Add(Value(string.Create(CultureInfo.InvariantCulture, $"{pointer}/{elements.Count}")));
                }

                return new LocatedValue(JsonValueKind.Array, at, pointer, Since(start), "") { Elements = elements };
            case JsonTokenType.String:
                return new LocatedValue(JsonValueKind.String, at, pointer, Since(start), reader.GetString()!);
            case JsonTokenType.Number:
                return new LocatedValue(JsonValueKind.Number, at, pointer, Since(start), Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return new LocatedValue(JsonValueKind.True, at, pointer, Since(start), "true");
            case JsonTokenType.False:
                return new LocatedValue(JsonValueKind.False, at, pointer, Since(start), "false");
            default:
                return new LocatedValue(JsonValueKind.Null, at, pointer, Since(start), "null");
        }
    }

    private List<LocatedMember> Members(string pointer)
    {
        var members = new List<LocatedMember>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = Line();
            var name = reader.GetString()!;
            var its = $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            reader.Read();
            var value = Value(its);
            if (members.Find(m => m.Name == name) is { } first)
            {
                errors.Add(new ConfigurationError(file, at, its, $"The key \"{name}\" is written twice; the first is on line {first.Line}."));
                continue;
            }

            members.Add(new LocatedMember(name, at, value));
        }

        return members;
    }

    private readonly ReadOnlyMemory<byte> Since(int start) => utf8[start..(int)reader.BytesConsumed];
}
