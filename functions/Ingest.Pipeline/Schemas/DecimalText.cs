namespace Ingest.Pipeline.Schemas;

/// <summary>The exact value of a JSON number's text, whatever its size: 0.DIGITS × 10^<see cref="Point"/>. The text's grammar was checked before.</summary>
internal readonly ref struct DecimalText
{
    // From the first digit that is not zero to the last one; may hold the point.
    private readonly ReadOnlySpan<byte> digits;

    public DecimalText(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        text = negative ? text[1..] : text;
        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var exponent = exponentAt < 0 ? 0 : JsonNumber.Exponent(text[(exponentAt + 1)..]);
        text = exponentAt < 0 ? text : text[..exponentAt];
        var point = text.IndexOf((byte)'.');
        var first = text.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0)
        {
            return;
        }

        var last = text.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        digits = text[first..(last + 1)];
        IsNegative = negative;
        Count = last - first + (point > first && point < last ? 0 : 1);
        Point = (point < 0 ? text.Length : point) - (point >= 0 && first > point ? first - 1 : first) + exponent;
    }

    public bool IsNegative { get; }

    public long Point { get; }

    /// <summary>How many digits there are; 0 for zero.</summary>
    public int Count { get; }

    public bool IsZero => Count == 0;

    public int CompareTo(DecimalText other)
    {
        if (IsZero || other.IsZero || IsNegative != other.IsNegative)
        {
            return Sign.CompareTo(other.Sign);
        }

        var magnitude = Point != other.Point ? Point.CompareTo(other.Point) : CompareDigits(other);
        return IsNegative ? -magnitude : magnitude;
    }

    public void AddTo(ref HashCode hash)
    {
        hash.Add(Sign);
        hash.Add(Point);
        foreach (var b in digits)
        {
            if (b != '.')
            {
                hash.Add(b);
            }
        }
    }

    /// <summary>The digits as an integer modulo a number below 10^18.</summary>
    public ulong Modulo(ulong divisor)
    {
        var rest = 0UL;
        foreach (var b in digits)
        {
            if (b != '.')
            {
                rest = ((rest * 10) + (uint)(b - '0')) % divisor;
            }
        }

        return rest;
    }

    public void CopyDigits(Span<char> target)
    {
        var at = 0;
        foreach (var b in digits)
        {
            if (b != '.')
            {
                target[at++] = (char)b;
            }
        }
    }

    private int Sign => IsZero ? 0 : IsNegative ? -1 : 1;

    private int CompareDigits(DecimalText other)
    {
        var left = digits;
        var right = other.digits;
        var (i, j) = (0, 0);
        while (true)
        {
            i += i < left.Length && left[i] == '.' ? 1 : 0;
            j += j < right.Length && right[j] == '.' ? 1 : 0;
            if (i == left.Length || j == right.Length)
            {
                // Neither ends with a zero, so what is longer is larger.
                return (left.Length - i).CompareTo(right.Length - j);
            }

            if (left[i] != right[j])
            {
                return left[i].CompareTo(right[j]);
            }

            i++;
            j++;
        }
    }
}
