using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>URI templates as RFC 6570 has them.</summary>
internal static class UriTemplateFormat
{
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b == '{')
            {
                var length = text[i..].IndexOf((byte)'}');
                if (length < 0 || !IsExpression(text.Slice(i + 1, length - 1)))
                {
                    return false;
                }

                i += length;
            }
            else if (b == '%')
            {
                if (!UriFormat.IsEncoded(text, i))
                {
                    return false;
                }

                i += 2;
            }
            else if (b >= 0x80)
            {
                if (Rune.DecodeFromUtf8(text[i..], out var rune, out var length) != System.Buffers.OperationStatus.Done
                    || !(UriFormat.IsUniversal(rune.Value) || UriFormat.IsPrivate(rune.Value)))
                {
                    return false;
                }

                i += length - 1;
            }
            else if (b is <= 0x20 or 0x7f || "\"<>\\^`|}"u8.Contains(b))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsExpression(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && "+#./;?&=,!@|"u8.Contains(text[0]))
        {
            text = text[1..];
        }

        while (true)
        {
            var comma = text.IndexOf((byte)',');
            if (!IsVariable(comma < 0 ? text : text[..comma]))
            {
                return false;
            }

            if (comma < 0)
            {
                return true;
            }

            text = text[(comma + 1)..];
        }
    }

    private static bool IsVariable(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        if (colon >= 0)
        {
            var length = text[(colon + 1)..];
            if (length.Length is < 1 or > 4 || length[0] == '0' || length.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return false;
            }

            text = text[..colon];
        }
        else if (text.Length > 0 && text[^1] == '*')
        {
            text = text[..^1];
        }

        var previous = (byte)'.';
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b == '%' && UriFormat.IsEncoded(text, i))
            {
                i += 2;
            }
            else if (b == '.' ? previous == '.' : !char.IsAsciiLetterOrDigit((char)b) && b != '_')
            {
                return false;
            }

            previous = b;
        }

        return previous != '.';
    }
}
