using System.Globalization;

namespace Ingest.Pipeline.Schemas;

internal enum NumberScale
{
    Exact,

    /// <summary>There were digits behind the last place; the value is cut towards zero.</summary>
    Truncated,
    OutOfRange,
}

/// <summary>Exact readings of a JSON number's text that the fast paths of the reader leave to it. The text's grammar was checked before.</summary>
internal static class JsonNumber
{
    /// <summary>The number × 10^<paramref name="places"/> as a 64-bit integer, without passing through floating point.</summary>
    public static NumberScale TryScale(ReadOnlySpan<byte> text, int places, out long value)
    {
        value = 0;
        var negative = text[0] == '-';
        var digits = negative ? text[1..] : text;
        var exponentAt = digits.IndexOfAny((byte)'e', (byte)'E');
        var exponent = exponentAt < 0 ? 0 : Exponent(digits[(exponentAt + 1)..]);
        digits = exponentAt < 0 ? digits : digits[..exponentAt];
        var point = digits.IndexOf((byte)'.');
        var whole = (point < 0 ? digits.Length : point) + exponent + places;

        // Digits before position `whole` make the integer, the others are what is cut off.
        UInt128 magnitude = 0;
        var position = 0;
        var cut = false;
        foreach (var b in digits)
        {
            if (b == '.')
            {
                continue;
            }

            if (position < whole)
            {
                magnitude = (magnitude * 10) + (uint)(b - '0');
                if (magnitude > 1UL << 63)
                {
                    return NumberScale.OutOfRange;
                }
            }
            else
            {
                cut |= b != '0';
            }

            position++;
        }

        for (; position < whole && magnitude != 0; position++)
        {
            magnitude *= 10;
            if (magnitude > 1UL << 63)
            {
                return NumberScale.OutOfRange;
            }
        }

        if (magnitude == 1UL << 63 && !negative)
        {
            return NumberScale.OutOfRange;
        }

        value = negative ? (long)-(Int128)magnitude : (long)magnitude;
        return cut ? NumberScale.Truncated : NumberScale.Exact;
    }

    /// <summary>The nearest double; infinite where the number lies outside a double's range.</summary>
    public static double ToDouble(ReadOnlySpan<byte> text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Whether the number is whole, however it is written and however large it is.</summary>
    public static JsonTypes TypeOf(ReadOnlySpan<byte> text)
    {
        var exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        var point = text.IndexOf((byte)'.');
        if (exponentAt < 0 && point < 0)
        {
            return JsonTypes.Integer;
        }

        var exponent = exponentAt < 0 ? 0 : Exponent(text[(exponentAt + 1)..]);
        var digits = exponentAt < 0 ? text : text[..exponentAt];
        var whole = (point < 0 ? digits.Length : point) + exponent;
        for (var i = 0; i < digits.Length; i++)
        {
            var position = point >= 0 && i > point ? i - 1 : i;
            if (digits[i] is >= (byte)'1' and <= (byte)'9' && position >= whole)
            {
                return JsonTypes.Fraction;
            }
        }

        return JsonTypes.Integer;
    }

    /// <summary>What stands behind the e, cut to what can matter.</summary>
    public static long Exponent(ReadOnlySpan<byte> text)
    {
        // Far beyond any payload's length, so that a longer exponent changes nothing.
        const long Bound = 1L << 40;
        var negative = text[0] == '-';
        var exponent = 0L;
        foreach (var b in text[0] is (byte)'-' or (byte)'+' ? text[1..] : text)
        {
            exponent = Math.Min(Bound, (exponent * 10) + (b - '0'));
        }

        return negative ? -exponent : exponent;
    }
}
