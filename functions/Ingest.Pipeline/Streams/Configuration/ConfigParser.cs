using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>Reads JSON with comments and trailing commas into nodes that know their line and JSON Pointer.</summary>
internal ref struct ConfigParser
{
    private readonly ReadOnlySpan<byte> json;
    private readonly ConfigErrors errors;
    private Utf8JsonReader reader;
    private long countedTo;
    private int line;
    private string position;

    private ConfigParser(ReadOnlySpan<byte> json, ConfigErrors errors)
    {
        this.json = json;
        this.errors = errors;
        reader = new Utf8JsonReader(
            json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
        line = 1;
        position = "";
    }

    /// <summary>Null where the bytes are not JSON; the one mistake is added, since what follows it cannot be judged.</summary>
    public static ConfigNode? Parse(ReadOnlySpan<byte> json, ConfigErrors errors)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        var parser = new ConfigParser(json, errors);
        try
        {
            parser.Next();
            var root = parser.Value("");
            parser.Next();
            return root;
        }
        catch (JsonException e)
        {
            errors.Add((int)(e.LineNumber ?? 0) + 1, parser.position, $"This is not valid JSON: {Reason(e)}");
        }
        catch (InvalidOperationException e)
        {
            // A string that is not UTF-8, or a lone surrogate.
            errors.Add(parser.Line(), parser.position, $"This is not valid JSON: {e.Message}");
        }

        return null;
    }

    // The message's own position would count lines from 0, beside ours that count from 1.
    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    private bool Next() => reader.Read();

    private int Line()
    {
        line += json[(int)countedTo..(int)reader.TokenStartIndex].Count((byte)'\n');
        countedTo = reader.TokenStartIndex;
        return line;
    }

    private ConfigNode Value(string pointer)
    {
        position = pointer;
        var at = Line();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(new ConfigNode(ConfigKind.Object, at, pointer, ""));
            case JsonTokenType.StartArray:
                return Array(new ConfigNode(ConfigKind.Array, at, pointer, ""));
            case JsonTokenType.String:
                return new ConfigNode(ConfigKind.Text, at, pointer, reader.GetString()!);
            case JsonTokenType.Number:
                return new ConfigNode(ConfigKind.Number, at, pointer, Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return new ConfigNode(ConfigKind.Boolean, at, pointer, Encoding.UTF8.GetString(reader.ValueSpan));
            default:
                return new ConfigNode(ConfigKind.Null, at, pointer, "");
        }
    }

    private ConfigNode Object(ConfigNode node)
    {
        while (Next() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = Line();
            var key = reader.GetString()!;
            var pointer = JsonPointer.Append(node.Pointer, key);
            Next();
            var value = Value(pointer);
            position = node.Pointer;
            if (node.Members.Find(m => m.Key == key) is { } first)
            {
                errors.Add(at, pointer, $"The key \"{key}\" is written twice; the first is on line {first.Line}.");
                continue;
            }

            node.Members.Add(new ConfigMember(key, at, value));
        }

        return node;
    }

    private ConfigNode Array(ConfigNode node)
    {
        while (Next() && reader.TokenType != JsonTokenType.EndArray)
        {
            node.Elements.Add(Value(string.Create(CultureInfo.InvariantCulture, $"{node.Pointer}/{node.Elements.Count}")));
            position = node.Pointer;
        }

        return node;
    }
}
