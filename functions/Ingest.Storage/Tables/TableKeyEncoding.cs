using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ingest.Storage.Tables;

/// <summary>
/// Percent-encodes what Table Storage forbids in keys (<c>/ \ # ?</c>, control characters) and the percent sign itself, as
/// UTF-8 bytes in upper-case hex, so that every text is a key and decodes back.
/// </summary>
public static class TableKeyEncoding
{
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', 0x5F).Where(c => !IsForbidden((char)c)).Select(c => (byte)c)]);

    public static string Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && text.AsSpan().IndexOfAny("/\\#?%") < 0)
        {
            return text;
        }

        var builder = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            if (IsForbidden(character))
            {
                AppendBytes(builder, character);
            }
            else
            {
                builder.Append(character);
            }
        }

        return builder.ToString();
    }

    /// <summary>Appends the key of a text in UTF-8, in UTF-8.</summary>
    internal static void Encode(ReadOnlySpan<byte> text, Utf8Buffer into)
    {
        while (text.IndexOfAnyExcept(Plain) is >= 0 and var at)
        {
            into.Write(text[..at]);
            Rune.DecodeFromUtf8(text[at..], out var rune, out var length);
            var character = text.Slice(at, length);
            if (rune.IsBmp && IsForbidden((char)rune.Value))
            {
                foreach (var one in character)
                {
                    into.Write([(byte)'%', HexDigit(one >> 4), HexDigit(one & 15)]);
                }
            }
            else
            {
                into.Write(character);
            }

            text = text[(at + length)..];
        }

        into.Write(text);
    }

    /// <exception cref="FormatException">A percent sign is not followed by two hex digits.</exception>
    public static string Decode(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!key.Contains('%', StringComparison.Ordinal))
        {
            return key;
        }

        var builder = new StringBuilder(key.Length);
        Span<byte> one = stackalloc byte[2];
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] != '%')
            {
                builder.Append(key[i]);
                continue;
            }

            // The forbidden characters need at most two bytes in UTF-8.
            one[0] = HexAt(key, i);
            var length = one[0] < 0x80 ? 1 : 2;
            if (length == 2)
            {
                one[1] = HexAt(key, i + 3);
            }

            builder.Append(Encoding.UTF8.GetString(one[..length]));
            i += (length * 3) - 1;
        }

        return builder.ToString();
    }

    private static bool IsForbidden(char character) =>
        character is '/' or '\\' or '#' or '?' or '%' or < ' ' or (>= '\u007f' and <= '\u009f');

    private static void AppendBytes(StringBuilder builder, char character)
    {
        Span<byte> bytes = stackalloc byte[2];
        var length = Encoding.UTF8.GetBytes([character], bytes);
        for (var i = 0; i < length; i++)
        {
            builder.Append(CultureInfo.InvariantCulture, $"%{bytes[i]:X2}");
        }
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);

    private static byte HexAt(string key, int at) =>
        at + 2 < key.Length && key[at] == '%'
        && byte.TryParse(key.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"'{key}' is not an encoded table key: a percent sign stands without its hex digits.");
}
