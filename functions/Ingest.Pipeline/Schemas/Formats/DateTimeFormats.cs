namespace Ingest.Pipeline.Schemas;

/// <summary>
/// RFC 3339's grammar in full, with leap seconds and the year 0, which columns cannot hold (<see cref="Rfc3339"/> is for those).
/// </summary>
internal static class DateTimeFormats
{
    private const int MinutesPerDay = 24 * 60;

    public static bool IsDateTime(ReadOnlySpan<byte> text) =>
        text.Length > 11 && IsDate(text[..10]) && (text[10] | 0x20) == 't' && IsTime(text[11..])
            && (!text[17..19].SequenceEqual("60"u8) || IsLeapSecondDay(text));

    public static bool IsDate(ReadOnlySpan<byte> text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-' || !IsDigits(text[..4]) || !TryTwo(text, 5, 12, out var month) || !TryTwo(text, 8, 31, out var day))
        {
            return false;
        }

        return month > 0 && day > 0 && day <= DaysIn(YearOf(text), month);
    }

    public static bool IsTime(ReadOnlySpan<byte> text)
    {
        if (text.Length < 9 || text[2] != ':' || text[5] != ':' || !TryTwo(text, 0, 23, out var hour) || !TryTwo(text, 3, 59, out var minute)
            || !TryTwo(text, 6, 60, out var second))
        {
            return false;
        }

        var rest = text[8..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits <= 0)
            {
                return false;
            }

            rest = rest[(1 + digits)..];
        }

        var offset = 0;
        if (rest.Length == 6 && rest[0] is (byte)'+' or (byte)'-' && rest[3] == ':' && TryTwo(rest, 1, 23, out var hours) && TryTwo(rest, 4, 59, out var minutes))
        {
            offset = ((hours * 60) + minutes) * (rest[0] == '+' ? 1 : -1);
        }
        else if (rest.Length != 1 || (rest[0] | 0x20) != 'z')
        {
            return false;
        }

        // A leap second is inserted at the end of a day in UTC.
        return second < 60 || ((hour * 60) + minute - offset + MinutesPerDay) % MinutesPerDay == MinutesPerDay - 1;
    }

    /// <summary>ISO 8601 durations as RFC 3339 appendix A has them: no unit may be left out between two others.</summary>
    public static bool IsDuration(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[0] != 'P')
        {
            return false;
        }

        var time = text.IndexOf((byte)'T');
        var date = time < 0 ? text[1..] : text[1..time];
        return time < 0
            ? IsUnits(date, "YMD"u8) || IsUnits(date, "W"u8)
            : (date.Length == 0 || IsUnits(date, "YMD"u8)) && IsUnits(text[(time + 1)..], "HMS"u8);
    }

    private static bool IsUnits(ReadOnlySpan<byte> text, ReadOnlySpan<byte> units)
    {
        var last = -1;
        while (text.Length > 0)
        {
            var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits <= 0)
            {
                return false;
            }

            var unit = units.IndexOf(text[digits]);
            if (unit < 0 || (last >= 0 && unit != last + 1))
            {
                return false;
            }

            last = unit;
            text = text[(digits + 1)..];
        }

        return last >= 0;
    }

    /// <summary>Whether the leap second of a date-time ends a month in UTC, which all of them do.</summary>
    private static bool IsLeapSecondDay(ReadOnlySpan<byte> text)
    {
        TryTwo(text, 5, 12, out var month);
        TryTwo(text, 8, 31, out var day);

        // East of Greenwich the next day has begun.
        var isNextDay = text[^6] == '+' && !text.EndsWith("+00:00"u8);
        return day == (isNextDay ? 1 : DaysIn(YearOf(text), month));
    }

    private static int YearOf(ReadOnlySpan<byte> text) => ((((((text[0] - '0') * 10) + text[1] - '0') * 10) + text[2] - '0') * 10) + text[3] - '0';

    // The year 0 is a leap year, as the year 2000 is.
    private static int DaysIn(int year, int month) => DateTime.DaysInMonth(year == 0 ? 2000 : year, month);

    private static bool IsDigits(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool TryTwo(ReadOnlySpan<byte> text, int at, int most, out int value)
    {
        value = -1;
        if (!IsDigits(text.Slice(at, 2)))
        {
            return false;
        }

        value = ((text[at] - '0') * 10) + text[at + 1] - '0';
        return value <= most;
    }
}
