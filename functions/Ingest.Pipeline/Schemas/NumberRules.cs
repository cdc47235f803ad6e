using System.Globalization;

namespace Ingest.Pipeline.Schemas;

/// <summary><c>minimum</c> and its kin. Whole numbers are compared exactly, others as doubles.</summary>
internal sealed class NumberRules
{
    private double lowest = double.NegativeInfinity, highest = double.PositiveInfinity;
    private bool lowestExcluded, highestExcluded;
    private long lowestInteger = long.MinValue, highestInteger = long.MaxValue;
    private bool allowsNoInteger;

    public void AddMinimum(ReadOnlySpan<byte> text, bool exclusive)
    {
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

    public bool Allows(long value) => value >= lowestInteger && value <= highestInteger && !allowsNoInteger;

    public bool Allows(double value) =>
        value >= lowest && value <= highest && !(lowestExcluded && value == lowest) && !(highestExcluded && value == highest);

    public string Describe()
    {
        List<string> parts = [];
        if (!double.IsNegativeInfinity(lowest))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{(lowestExcluded ? "above" : "at least")} {lowest}"));
        }

        if (!double.IsPositiveInfinity(highest))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{(highestExcluded ? "below" : "at most")} {highest}"));
        }

        return string.Join(" and ", parts);
    }

    /// <summary>The bound, the smallest whole number that is not below it, and whether the two are the same.</summary>
    private static (double Bound, Int128 Ceiling, bool IsWhole) Bound(ReadOnlySpan<byte> text)
    {
        var bound = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return JsonNumber.TryScale(text, 0, out var whole) switch
        {
            NumberScale.Exact => (bound, whole, true),
            NumberScale.Truncated => (bound, bound > 0 ? (Int128)whole + 1 : whole, false),
            _ => (bound, bound > 0 ? (Int128)long.MaxValue + 1 : (Int128)long.MinValue - 1, true),
        };
    }
}
