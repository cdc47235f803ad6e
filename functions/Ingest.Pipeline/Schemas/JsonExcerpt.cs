using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>What stands somewhere in a text, short enough for a message.</summary>
internal static class JsonExcerpt
{
    private const int Most = 40;

    /// <summary>The beginning of the value, or of whatever else is there, at <paramref name="at"/>, which lies inside the text.</summary>
    public static string Of(ReadOnlySpan<byte> json, int at)
    {
        var rest = json[at..];
        switch (rest[0])
        {
            case (byte)'{':
                return "an object";
            case (byte)'[':
                return "an array";
        }

        var isString = rest[0] == '"';
        var last = isString ? rest[1..].IndexOf((byte)'"') : rest[1..].IndexOfAny(",]}\n\r\t "u8);
        var end = last < 0 ? rest.Length : last + (isString ? 2 : 1);
        return Encoding.UTF8.GetString(rest[..Math.Min(end, Most)]) + (end > Most ? "…" : "");
    }
}
