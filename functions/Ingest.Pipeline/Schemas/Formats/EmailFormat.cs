using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>Mailboxes as RFC 5321 section 4.1.2 has them, or RFC 6531 with characters beyond ASCII.</summary>
internal static class EmailFormat
{
    private const int LongestLocalPart = 64;

    public static bool IsValid(ReadOnlySpan<byte> text, bool international)
    {
        var at = text.Length > 0 && text[0] == '"' ? EndOfQuoted(text, international) : text.IndexOf((byte)'@');
        if (at is < 1 or > LongestLocalPart || at + 1 >= text.Length || text[at] != '@')
        {
            return false;
        }

        return (text[0] == '"' || IsDotAtom(text[..at], international)) && IsDomain(text[(at + 1)..], international);
    }

    private static int EndOfQuoted(ReadOnlySpan<byte> text, bool international)
    {
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'"':
                    return i + 1;
                case (byte)'\\' when i + 1 < text.Length && text[i + 1] is >= 32 and < 127:
                    i++;
                    break;
                case (byte)'\\' or < 32 or 127:
                    return -1;
                case >= 0x80 when !international:
                    return -1;
            }
        }

        return -1;
    }

    private static bool IsDotAtom(ReadOnlySpan<byte> text, bool international)
    {
        var previous = (byte)'.';
        foreach (var b in text)
        {
            if (b == '.' ? previous == '.' : b >= 0x80 ? !international : !char.IsAsciiLetterOrDigit((char)b) && !"!#$%&'*+-/=?^_`{|}~"u8.Contains(b))
            {
                return false;
            }

            previous = b;
        }

        return previous != '.';
    }

    private static bool IsDomain(ReadOnlySpan<byte> text, bool international)
    {
        if (text[0] == '[' && text[^1] == ']')
        {
            var literal = text[1..^1];
            return literal.Length > 5 && Ascii.EqualsIgnoreCase(literal[..5], "IPv6:"u8) ? IpFormats.IsIpv6(literal[5..]) : IpFormats.IsIpv4(literal);
        }

        if (text.Length > 253)
        {
            return false;
        }

        while (true)
        {
            var dot = text.IndexOf((byte)'.');
            var label = dot < 0 ? text : text[..dot];
            if (!HostnameFormat.IsPlain(label) && !(international && HostnameFormat.IsUnicodeLabel(label)))
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
}
