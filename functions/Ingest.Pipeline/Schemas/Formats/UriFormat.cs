using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>URIs as RFC 3986 has them, and IRIs as RFC 3987.</summary>
internal static class UriFormat
{
    private enum Part
    {
        UserInfo,
        Host,
        Path,
        Query,
        Fragment,
    }

    public static bool IsValid(ReadOnlySpan<byte> text, bool isReference, bool international)
    {
        var hash = text.IndexOf((byte)'#');
        if (hash >= 0)
        {
            if (!AreAllowed(text[(hash + 1)..], Part.Fragment, international))
            {
                return false;
            }

            text = text[..hash];
        }

        var question = text.IndexOf((byte)'?');
        if (question >= 0)
        {
            if (!AreAllowed(text[(question + 1)..], Part.Query, international))
            {
                return false;
            }

            text = text[..question];
        }

        var colon = text.IndexOf((byte)':');
        var slash = text.IndexOf((byte)'/');
        if (colon >= 0 && (slash < 0 || colon < slash))
        {
            // A colon in the first segment can only end a scheme.
            if (!IsScheme(text[..colon]))
            {
                return false;
            }

            text = text[(colon + 1)..];
        }
        else if (!isReference)
        {
            return false;
        }

        if (text.StartsWith("//"u8))
        {
            text = text[2..];
            slash = text.IndexOf((byte)'/');
            var authority = slash < 0 ? text : text[..slash];
            if (!IsAuthority(authority, international))
            {
                return false;
            }

            text = slash < 0 ? default : text[slash..];
        }

        return AreAllowed(text, Part.Path, international);
    }

    /// <summary>Whether the text at an index is a percent sign and two hexadecimal digits.</summary>
    public static bool IsEncoded(ReadOnlySpan<byte> text, int at) => at + 2 < text.Length && IpFormats.AreHexadecimal(text.Slice(at + 1, 2));

    /// <summary>RFC 3987's ucschar.</summary>
    public static bool IsUniversal(int value) =>
        value is (>= 0xA0 and <= 0xD7FF) or (>= 0xF900 and <= 0xFDCF) or (>= 0xFDF0 and <= 0xFFEF)
        || (value is >= 0x10000 and < 0xF0000 && (value & 0xFFFF) < 0xFFFE && value is < 0xE0000 or >= 0xE1000);

    /// <summary>RFC 3987's iprivate.</summary>
    public static bool IsPrivate(int value) => value is (>= 0xE000 and <= 0xF8FF) or >= 0xF0000 && (value & 0xFFFF) < 0xFFFE;

    private static bool IsScheme(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter((char)text[0]))
        {
            return false;
        }

        foreach (var b in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'-' or (byte)'.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAuthority(ReadOnlySpan<byte> text, bool international)
    {
        var at = text.IndexOf((byte)'@');
        if (at >= 0)
        {
            if (!AreAllowed(text[..at], Part.UserInfo, international))
            {
                return false;
            }

            text = text[(at + 1)..];
        }

        int end;
        if (text.Length > 0 && text[0] == '[')
        {
            end = text.IndexOf((byte)']') + 1;
            if (end == 0 || !(IpFormats.IsIpv6(text[1..(end - 1)]) || IsFutureAddress(text[1..(end - 1)])))
            {
                return false;
            }
        }
        else
        {
            end = text.IndexOf((byte)':');
            end = end < 0 ? text.Length : end;
            if (!AreAllowed(text[..end], Part.Host, international))
            {
                return false;
            }
        }

        return end == text.Length || (text[end] == ':' && !text[(end + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
    }

    private static bool IsFutureAddress(ReadOnlySpan<byte> text)
    {
        var dot = text.IndexOf((byte)'.');
        return dot > 1 && (text[0] | 0x20) == 'v' && IpFormats.AreHexadecimal(text[1..dot]) && dot + 1 < text.Length
            && !text[dot..].Contains((byte)'%') && AreAllowed(text[(dot + 1)..], Part.UserInfo, international: false);
    }

    private static bool AreAllowed(ReadOnlySpan<byte> text, Part part, bool international)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b >= 0x80)
            {
                if (!international || Rune.DecodeFromUtf8(text[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done
                    || !(IsUniversal(rune.Value) || (part == Part.Query && IsPrivate(rune.Value))))
                {
                    return false;
                }

                i += length - 1;
            }
            else if (b == '%')
            {
                if (!IsEncoded(text, i))
                {
                    return false;
                }

                i += 2;
            }
            else if (!char.IsAsciiLetterOrDigit((char)b) && !"-._~!$&'()*+,;="u8.Contains(b) && !More(part).Contains(b))
            {
                return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<byte> More(Part part) => part switch
    {
        Part.Host => default,
        Part.UserInfo => ":"u8,
        Part.Path => ":@/"u8,
        _ => ":@/?"u8,
    };
}
