using System.Globalization;
using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// <c>minimum</c> and its kin, and <c>multipleOf</c>. Exact: doubles decide only where they cannot err.
/// </summary>
internal sealed class NumberRules
{
    // Two decimals of at most so many digits are two doubles.
    private const int DigitsOfDouble = 15;

    private readonly List<(byte[] Text, bool IsMinimum, bool IsExclusive)> bounds = [];
    private Divisor[] divisors = [];
    private string divisorTexts = "";
    private double lowest = double.NegativeInfinity, highest = double.PositiveInfinity;
    private bool lowestExcluded, highestExcluded;
    private long lowestInteger = long.MinValue, highestInteger = long.MaxValue;
    private bool allowsNoInteger;
    private bool isShort = true;

    /// <summary>Whether doubles do not decide: the text is needed.</summary>
    public bool NeedsText => divisors.Length > 0 || !isShort;

    public void AddMinimum(ReadOnlySpan<byte> text, bool exclusive)
    {
        AddBound(text, isMinimum: true, exclusive);
        var (bound, integer, isWhole) = Bound(text);
        var first = isWhole && exclusive ? integer + 1 : integer;
        allowsNoInteger |= first > long.MaxValue;
        lowestInteger = Math.Max(lowestInteger, (long)Int128.Clamp(first, long.MinValue, long.MaxValue));
        if (bound > lowest || (bound == lowest && exclusive))
        {
            (lowest, lowestExcluded) = (bound, exclusive);
        }
    }

    public void AddMaximum(ReadOnlySpan<byte> text, bool exclusive)
    {
        AddBound(text, isMinimum: false, exclusive);
        var (bound, integer, isWhole) = Bound(text);
        var last = isWhole && !exclusive ? integer : integer - 1;
        allowsNoInteger |= last < long.MinValue;
        highestInteger = Math.Min(highestInteger, (long)Int128.Clamp(last, long.MinValue, long.MaxValue));
        if (bound < highest || (bound == highest && exclusive))
        {
            (highest, highestExcluded) = (bound, exclusive);
        }
    }

    /// <summary>The smallest double that is allowed; above <see cref="LargestDouble"/> where none is.</summary>
    public double SmallestDouble => lowestExcluded ? Math.BitIncrement(lowest) : lowest;

    public double LargestDouble => highestExcluded ? Math.BitDecrement(highest) : highest;

    public long SmallestInteger => allowsNoInteger ? long.MaxValue : lowestInteger;

    public long LargestInteger => allowsNoInteger ? long.MinValue : highestInteger;

    /// <summary>Whether the bounds are not all.</summary>
    public bool HasDivisors => divisors.Length > 0;

    /// <param name="text">A JSON number above 0.</param>
    public void AddDivisor(ReadOnlySpan<byte> text)
    {
        divisors = [.. divisors, new Divisor(text)];
        divisorTexts += (divisorTexts.Length > 0 ? " and " : "") + Encoding.ASCII.GetString(text);
    }

    /// <summary>Everything that another schema asks of the same number.</summary>
    public void Add(NumberRules other)
    {
        foreach (var (text, isMinimum, exclusive) in other.bounds)
        {
            if (isMinimum)
            {
                AddMinimum(text, exclusive);
            }
            else
            {
                AddMaximum(text, exclusive);
            }
        }

        divisors = [.. divisors, .. other.divisors];
        divisorTexts += (divisorTexts.Length > 0 && other.divisorTexts.Length > 0 ? " and " : "") + other.divisorTexts;
    }

    public bool Allows(long value)
    {
        if (value < lowestInteger || value > highestInteger || allowsNoInteger)
        {
            return false;
        }

        foreach (var divisor in divisors)
        {
            if (!divisor.Divides(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a double does not tell on which side of a bound the text is that was rounded to it.</summary>
    public bool IsBound(double value) => value == lowest || value == highest;

    /// <summary>By the bounds alone, which is all where the rules do not need the text.</summary>
    public bool Allows(double value) =>
        value >= lowest && value <= highest && !(lowestExcluded && value == lowest) && !(highestExcluded && value == highest);

    /// <summary>For the number digits × 10^−<paramref name="fraction"/> of at most fourteen digits.</summary>
    /// <param name="text">The same number.</param>
    public bool Allows(ulong digits, int fraction, double value, ReadOnlySpan<byte> text)
    {
        if (!isShort)
        {
            return Allows(text);
        }

        foreach (var divisor in divisors)
        {
            if (!divisor.Divides(digits, fraction))
            {
                return false;
            }
        }

        return Allows(value);
    }

    /// <summary>Exact for any number.</summary>
    public bool Allows(ReadOnlySpan<byte> text)
    {
        var value = new DecimalText(text);
        foreach (var (bound, isMinimum, exclusive) in bounds)
        {
            var order = value.CompareTo(new DecimalText(bound));
            if ((order == 0 && exclusive) || (isMinimum ? order < 0 : order > 0))
            {
                return false;
            }
        }

        foreach (var divisor in divisors)
        {
            if (!divisor.Divides(text))
            {
                return false;
            }
        }

        return true;
    }

    public string Describe()
    {
        List<string> parts = [];
        foreach (var (text, isMinimum, exclusive) in bounds)
        {
            parts.Add($"{(isMinimum ? exclusive ? "above" : "at least" : exclusive ? "below" : "at most")} {Encoding.ASCII.GetString(text)}");
        }

        if (divisors.Length > 0)
        {
            parts.Add($"that is a multiple of {divisorTexts}");
        }

        return string.Join(" and ", parts);
    }

    private void AddBound(ReadOnlySpan<byte> text, bool isMinimum, bool exclusive)
    {
        bounds.Add((text.ToArray(), isMinimum, exclusive));
        var bound = new DecimalText(text);
        isShort &= bound.Count <= DigitsOfDouble && bound.Point is > -290 and < 300;
    }

    /// <summary>The bound, the smallest whole number that is not below it, and whether the two are the same.</summary>
    private static (double Bound, Int128 Ceiling, bool IsWhole) Bound(ReadOnlySpan<byte> text)
    {
        var bound = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return JsonNumber.TryScale(text, 0, out var whole) switch
        {
            NumberScale.Exact => (bound, whole, true),
            NumberScale.Truncated => (bound, text[0] == '-' ? whole : (Int128)whole + 1, false),
            _ => (bound, bound > 0 ? (Int128)long.MaxValue + 1 : (Int128)long.MinValue - 1, true),
        };
    }
}
