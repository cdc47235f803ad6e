namespace Ingest.Pipeline.Schemas;

/// <summary>RFC 3492, with the parameters of host names.</summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int Lowest = 1;
    private const int Highest = 26;
    private const int FirstBias = 72;
    private const int FirstCodePoint = 128;

    /// <summary>Returns how many code points there are; −1 where the text is not Punycode or does not fit.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<int> points)
    {
        var basic = text.LastIndexOf((byte)'-');
        var count = 0;
        for (; count < basic; count++)
        {
            points[count] = char.ToLowerInvariant((char)text[count]);
        }

        long value = FirstCodePoint;
        long index = 0;
        var bias = FirstBias;
        for (var at = basic < 0 ? 0 : basic + 1; at < text.Length;)
        {
            var start = index;
            long weight = 1;
            for (var k = Base; ; k += Base)
            {
                var digit = at < text.Length ? Digit(text[at++]) : -1;
                if (digit < 0)
                {
                    return -1;
                }

                index += digit * weight;
                var threshold = Math.Clamp(k - bias, Lowest, Highest);
                if (digit < threshold)
                {
                    break;
                }

                weight *= Base - threshold;
                if (weight > int.MaxValue || index > int.MaxValue)
                {
                    return -1;
                }
            }

            bias = Adapt(index - start, count + 1, start == 0);
            value += index / (count + 1);
            index %= count + 1;
            if (value is > 0x10ffff or (>= 0xd800 and <= 0xdfff) || count == points.Length)
            {
                return -1;
            }

            points[(int)index..count].CopyTo(points[((int)index + 1)..]);
            points[(int)index++] = (int)value;
            count++;
        }

        return count;
    }

    /// <summary>Returns the length; −1 where it does not fit.</summary>
    public static int Encode(ReadOnlySpan<int> points, Span<byte> target)
    {
        var length = 0;
        foreach (var point in points)
        {
            if (point < FirstCodePoint)
            {
                if (length == target.Length)
                {
                    return -1;
                }

                target[length++] = (byte)point;
            }
        }

        var handled = length;
        var basic = length;
        if (basic > 0)
        {
            if (length == target.Length)
            {
                return -1;
            }

            target[length++] = (byte)'-';
        }

        long delta = 0;
        var value = FirstCodePoint;
        var bias = FirstBias;
        while (handled < points.Length)
        {
            var next = int.MaxValue;
            foreach (var point in points)
            {
                next = point >= value && point < next ? point : next;
            }

            delta += (long)(next - value) * (handled + 1);
            value = next;
            foreach (var point in points)
            {
                delta += point < value ? 1 : 0;
                if (point != value)
                {
                    continue;
                }

                var rest = delta;
                for (var k = Base; ; k += Base)
                {
                    var threshold = Math.Clamp(k - bias, Lowest, Highest);
                    var isLast = rest < threshold;
                    var digit = isLast ? rest : threshold + ((rest - threshold) % (Base - threshold));
                    if (length == target.Length)
                    {
                        return -1;
                    }

                    target[length++] = (byte)(digit < 26 ? 'a' + digit : '0' + digit - 26);
                    if (isLast)
                    {
                        break;
                    }

                    rest = (rest - threshold) / (Base - threshold);
                }

                bias = Adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled++;
            }

            delta++;
            value++;
        }

        return length;
    }

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / 700 : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - Lowest) * Highest / 2; k += Base)
        {
            delta /= Base - Lowest;
        }

        return (int)(k + ((Base - Lowest + 1) * delta / (delta + 38)));
    }

    private static int Digit(byte b) => b switch
    {
        >= (byte)'a' and <= (byte)'z' => b - 'a',
        >= (byte)'A' and <= (byte)'Z' => b - 'A',
        >= (byte)'0' and <= (byte)'9' => b - '0' + 26,
        _ => -1,
    };
}
