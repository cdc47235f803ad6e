namespace Ingest.Pipeline.Schemas;

/// <summary>IP addresses as RFC 2673 section 3.2 and RFC 4291 section 2.2 write them.</summary>
internal static class IpFormats
{
    public static bool IsIpv4(ReadOnlySpan<byte> text)
    {
        for (var part = 0; part < 4; part++)
        {
            var dot = part == 3 ? text.Length : text.IndexOf((byte)'.');
            if (dot is < 1 or > 3 || text[..dot].ContainsAnyExceptInRange((byte)'0', (byte)'9') || (dot > 1 && text[0] == '0'))
            {
                return false;
            }

            var value = 0;
            foreach (var digit in text[..dot])
            {
                value = (value * 10) + digit - '0';
            }

            if (value > 255)
            {
                return false;
            }

            text = part == 3 ? default : text[(dot + 1)..];
        }

        return true;
    }

    public static bool IsIpv6(ReadOnlySpan<byte> text)
    {
        var groups = 0;
        var compressed = false;
        if (text.StartsWith("::"u8))
        {
            compressed = true;
            text = text[2..];
            if (text.Length == 0)
            {
                return true;
            }
        }

        while (true)
        {
            var colon = text.IndexOf((byte)':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains((byte)'.'))
            {
                groups += 2;
                return IsIpv4(group) && IsComplete();
            }

            if (group.Length is < 1 or > 4 || !AreHexadecimal(group))
            {
                return false;
            }

            groups++;
            if (colon < 0)
            {
                return IsComplete();
            }

            text = text[(colon + 1)..];
            if (text.Length > 0 && text[0] == ':')
            {
                if (compressed)
                {
                    return false;
                }

                compressed = true;
                text = text[1..];
                if (text.Length == 0)
                {
                    return IsComplete();
                }
            }
        }

        bool IsComplete() => compressed ? groups < 8 : groups == 8;
    }

    public static bool AreHexadecimal(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (!char.IsAsciiHexDigit((char)b))
            {
                return false;
            }
        }

        return true;
    }
}
