using System.Text;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams;

/// <summary>Compares a value inside a JSON record with texts: strings by their content, numbers and booleans as they are written.</summary>
internal static class RecordValue
{
    private const int MaxShown = 80;

    public static bool Matches(ReadOnlySpan<byte> record, byte[][] path, byte[][] texts) =>
        JsonPeek.TryFind(record, path, out var value) && Text(value) is { } text && Contains(texts, text, value);

    /// <summary>For a message: the value in quotation marks, shortened, or <c>absent</c>.</summary>
    public static string Describe(ReadOnlySpan<byte> record, byte[][] path)
    {
        if (!JsonPeek.TryFind(record, path, out var value))
        {
            return "absent";
        }

        var text = Encoding.UTF8.GetString(value[0] == '"' ? value[1..^1] : value);
        return text.Length <= MaxShown ? $"\"{text}\"" : $"\"{text[..MaxShown]}…\"";
    }

    /// <summary>Null where the value is one that no text stands for.</summary>
    private static byte[]? Text(ReadOnlySpan<byte> value) => value[0] switch
    {
        (byte)'{' or (byte)'[' or (byte)'n' => null,
        (byte)'"' when value.Contains((byte)'\\') =>
            JsonText.Scan(value, 1, out _, out _) == TextProblem.None ? JsonText.Unescape(value[1..^1]) : null,
        _ => [],
    };

    private static bool Contains(byte[][] texts, byte[] unescaped, ReadOnlySpan<byte> value)
    {
        var text = unescaped.Length > 0 ? unescaped : value[0] == '"' ? value[1..^1] : value;
        foreach (var accepted in texts)
        {
            if (text.SequenceEqual(accepted))
            {
                return true;
            }
        }

        return false;
    }
}
