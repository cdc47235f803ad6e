using System.Globalization;
using System.Numerics;

namespace Ingest.Pipeline.Schemas;

/// <summary>The value of <c>multipleOf</c>, exact: <c>0.3</c> is a multiple of <c>0.1</c>, which it is not in floating point.</summary>
internal sealed class Divisor
{
    private const ulong Largest = 1_000_000_000_000_000_000;
    private const int PowersKept = 18;

    // The divisor is mantissa × 10^exponent; the mantissa does not end with a zero. 0 where it does not fit.
    private readonly ulong mantissa;
    private readonly BigInteger large;
    private readonly long exponent;

    public Divisor(ReadOnlySpan<byte> text)
    {
        var value = new DecimalText(text);
        var digits = new char[value.Count];
        value.CopyDigits(digits);
        large = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        mantissa = large < Largest ? (ulong)large : 0;
        exponent = value.Point - value.Count;
    }

    public bool Divides(long value) => Divides(value < 0 ? (ulong)-(Int128)value : (ulong)value, 0);

    /// <param name="digits">The number is digits × 10^−<paramref name="fraction"/>.</param>
    public bool Divides(ulong digits, int fraction)
    {
        if (digits == 0)
        {
            return true;
        }

        var shift = -fraction - exponent;
        if (mantissa != 0 && shift is >= -PowersKept and <= PowersKept)
        {
            return shift >= 0
                ? (UInt128)digits * PowerOfTen(shift) % mantissa == 0
                : (UInt128)digits % ((UInt128)mantissa * PowerOfTen(-shift)) == 0;
        }

        Span<byte> text = stackalloc byte[48];
        digits.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        text[length++] = (byte)'e';
        (-fraction).TryFormat(text[length..], out var more, default, CultureInfo.InvariantCulture);
        return Divides(text[..(length + more)]);
    }

    /// <param name="text">A JSON number.</param>
    public bool Divides(ReadOnlySpan<byte> text)
    {
        var value = new DecimalText(text);
        var shift = value.Point - value.Count - exponent;

        // Where the number has more places than the divisor, its last digit, which is not zero, is in the way.
        return value.IsZero || (shift >= 0 && (mantissa != 0 ? DividesShort(value, shift) : DividesLong(value, shift)));
    }

    private bool DividesShort(DecimalText value, long shift)
    {
        var power = (UInt128)1;
        var square = (UInt128)10 % mantissa;
        for (var bits = shift; bits > 0; bits >>= 1)
        {
            power = (bits & 1) == 0 ? power : power * square % mantissa;
            square = square * square % mantissa;
        }

        return value.Modulo(mantissa) * power % mantissa == 0;
    }

    private bool DividesLong(DecimalText value, long shift)
    {
        var digits = new char[value.Count];
        value.CopyDigits(digits);
        var rest = BigInteger.Zero;
        for (var at = 0; at < digits.Length;)
        {
            // In portions, because a conversion of all digits at once takes the square of their number.
            var count = Math.Min(large.GetByteCount() * 2, digits.Length - at);
            var portion = BigInteger.Parse(digits.AsSpan(at, count), NumberStyles.None, CultureInfo.InvariantCulture);
            rest = ((rest * BigInteger.Pow(10, count)) + portion) % large;
            at += count;
        }

        return (rest * BigInteger.ModPow(10, shift, large) % large).IsZero;
    }

    private static ulong PowerOfTen(long power)
    {
        var value = 1UL;
        for (; power > 0; power--)
        {
            value *= 10;
        }

        return value;
    }
}
