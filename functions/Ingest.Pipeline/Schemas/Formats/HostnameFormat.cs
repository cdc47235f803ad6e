using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>Host names as RFC 1123 has them; labels of internationalised ones as RFC 5890 to 5893.</summary>
internal static class HostnameFormat
{
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    /// <summary>ASCII; a label that begins with <c>xn--</c> has to mean a valid one.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestName)
        {
            return false;
        }

        var isBidirectional = false;
        Span<int> points = stackalloc int[LongestLabel];
        for (var rest = text; ;)
        {
            var dot = rest.IndexOf((byte)'.');
            var label = dot < 0 ? rest : rest[..dot];
            if (!IsPlain(label))
            {
                return false;
            }

            if (IsEncoded(label))
            {
                var count = Punycode.Decode(label[4..], points);
                if (count <= 0 || !IsCanonical(label, points[..count]) || !Idna.IsLabel(points[..count]))
                {
                    return false;
                }

                isBidirectional |= Idna.HasRightToLeft(points[..count]);
            }

            if (dot < 0)
            {
                break;
            }

            rest = rest[(dot + 1)..];
        }

        return !isBidirectional || AreBidirectional(text);
    }

    public static bool IsInternationalValid(ReadOnlySpan<byte> text)
    {
        // The other three dots become the plain one; none of them is longer than three bytes.
        if (text.Length > LongestName * 4)
        {
            return false;
        }

        Span<int> name = stackalloc int[text.Length];
        var count = 0;
        foreach (var rune in new Utf8Runes(text))
        {
            name[count++] = rune is 0x3002 or 0xFF0E or 0xFF61 ? '.' : rune;
        }

        name = name[..count];
        Span<byte> ascii = stackalloc byte[LongestName + 1];
        var length = 0;
        for (var rest = name; ;)
        {
            var dot = rest.IndexOf('.');
            var written = ToAscii(dot < 0 ? rest : rest[..dot], ascii[length..]);
            if (written < 0)
            {
                return false;
            }

            length += written;
            if (dot < 0)
            {
                break;
            }

            if (length >= LongestName)
            {
                return false;
            }

            ascii[length++] = (byte)'.';
            rest = rest[(dot + 1)..];
        }

        return IsValid(ascii[..length]);
    }

    /// <summary>Letters, digits and hyphens, which are at neither end.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
        {
            return false;
        }

        foreach (var b in label)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '-')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A single label with characters beyond ASCII, as UTF-8.</summary>
    public static bool IsUnicodeLabel(ReadOnlySpan<byte> label)
    {
        Span<int> points = stackalloc int[LongestLabel];
        var count = 0;
        foreach (var rune in new Utf8Runes(label))
        {
            if (count == LongestLabel)
            {
                return false;
            }

            points[count++] = rune;
        }

        points = points[..count];
        return points.ContainsAnyExceptInRange(0, 0x7f) && ToAscii(points, stackalloc byte[LongestLabel]) > 0;
    }

    /// <summary>Writes a label as it goes over the wire; −1 where it is not valid.</summary>
    private static int ToAscii(ReadOnlySpan<int> label, Span<byte> target)
    {
        if (label.Length is 0 or > LongestLabel || target.Length < 5)
        {
            return -1;
        }

        if (!label.ContainsAnyExceptInRange(0, 0x7f))
        {
            if (label.Length > target.Length || (label.Length > 3 && label[2] == '-' && label[3] == '-' && !((label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n')))
            {
                return -1;
            }

            for (var i = 0; i < label.Length; i++)
            {
                target[i] = (byte)label[i];
            }

            return label.Length;
        }

        "xn--"u8.CopyTo(target);
        var encoded = Idna.IsLabel(label) ? Punycode.Encode(label, target[4..Math.Min(target.Length, LongestLabel)]) : -1;
        return encoded < 0 ? -1 : encoded + 4;
    }

    private static bool IsEncoded(ReadOnlySpan<byte> label) => label.Length > 3 && Ascii.EqualsIgnoreCase(label[..4], "xn--"u8);

    /// <summary>Whether the label is how its meaning is written; there must be something that ASCII cannot write.</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> label, ReadOnlySpan<int> points)
    {
        Span<byte> again = stackalloc byte[LongestLabel];
        var length = Punycode.Encode(points, again);
        return points.ContainsAnyExceptInRange(0, 0x7f) && length >= 0 && Ascii.EqualsIgnoreCase(label[4..], again[..length]);
    }

    /// <summary>In a name with one right-to-left label, all labels have to follow RFC 5893.</summary>
    private static bool AreBidirectional(ReadOnlySpan<byte> text)
    {
        Span<int> points = stackalloc int[LongestLabel];
        while (true)
        {
            var dot = text.IndexOf((byte)'.');
            var label = dot < 0 ? text : text[..dot];
            var count = label.Length;
            if (IsEncoded(label))
            {
                count = Punycode.Decode(label[4..], points);
            }
            else
            {
                for (var i = 0; i < count; i++)
                {
                    points[i] = label[i];
                }
            }

            if (!Idna.IsBidirectional(points[..count]))
            {
                return false;
            }

            if (dot < 0)
            {
                return true;
            }

            text = text[(dot + 1)..];
        }
    }

    private ref struct Utf8Runes(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> rest = text;

        public int Current { get; private set; }

        public readonly Utf8Runes GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest.Length == 0)
            {
                return false;
            }

            Rune.DecodeFromUtf8(rest, out var rune, out var length);
            Current = rune.Value;
            rest = rest[length..];
            return true;
        }
    }
}
