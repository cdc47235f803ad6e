using System.Runtime.CompilerServices;

namespace Ingest.Pipeline.Schemas;

/// <summary>Dates and times as RFC 3339 has them, strictly. The methods return what is wrong, null where nothing is.</summary>
internal static class Rfc3339
{
    public const long MicrosecondsPerDay = 86_400_000_000;
    private const string ExpectedDate = "Expected a date such as 2026-11-23.";
    private const string Expected = "Expected a date-time such as 2026-11-23T06:00:00Z";

    // Years 1 to 9999, which every store and DateTime can hold.
    private const long Earliest = -719_162 * MicrosecondsPerDay;
    private const long Latest = (2_932_897 * MicrosecondsPerDay) - 1;

    public static string? ParseDateTime(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 20 || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':')
        {
            return Expected + ".";
        }

        if (ParseDate(text[..10], out var days) is { } wrongDate)
        {
            return wrongDate;
        }

        var hour = Two(text, 11);
        var minute = Two(text, 14);
        var second = Two(text, 17);
        if ((hour | minute | second) < 0)
        {
            return Expected + ".";
        }

        if (second == 60)
        {
            return "Leap seconds are not accepted.";
        }

        if (hour > 23 || minute > 59 || second > 59)
        {
            return "There is no such time of day.";
        }

        var at = 19;
        var fraction = 0L;
        if (text[at] == '.')
        {
            var scale = 100_000L;
            var first = ++at;
            for (; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++)
            {
                fraction += scale * (text[at] - '0');
                scale /= 10;
            }

            if (at == first || at == text.Length)
            {
                return Expected + ".";
            }
        }

        var offsetMinutes = 0L;
        if ((text[at] | 0x20) == 'z')
        {
            at++;
        }
        else
        {
            if (text[at] is not ((byte)'+' or (byte)'-') || text.Length - at < 6 || text[at + 3] != ':')
            {
                return Expected + ", with an offset.";
            }

            var offsetHour = Two(text, at + 1);
            var offsetMinute = Two(text, at + 4);
            if (offsetHour is < 0 or > 23 || offsetMinute is < 0 or > 59)
            {
                return "There is no such offset.";
            }

            offsetMinutes = ((offsetHour * 60) + offsetMinute) * (text[at] == '-' ? -1 : 1);
            at += 6;
        }

        if (at != text.Length)
        {
            return Expected + ", and nothing behind it.";
        }

        microseconds = (days * MicrosecondsPerDay) + ((((((hour * 60) + minute - offsetMinutes) * 60) + second) * 1_000_000) + fraction);
        return IsInRange(microseconds) ? null : "In UTC the time lies outside the years 1 to 9999.";
    }

    /// <summary>Whether the instant lies in the years 1 to 9999.</summary>
    public static bool IsInRange(long microseconds) => microseconds is >= Earliest and <= Latest;

    public static string? ParseDate(ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-')
        {
            return ExpectedDate;
        }

        var (century, year, month, day) = (Two(text, 0), Two(text, 2), Two(text, 5), Two(text, 8));
        return (century | year | month | day) < 0 ? ExpectedDate
            : TryDays((century * 100) + year, month, day, out days) ? null
            : "There is no such day.";
    }

    /// <summary>Days since the Unix epoch in the Gregorian calendar; years 1 to 9999.</summary>
    public static bool TryDays(int year, int month, int day, out long days)
    {
        days = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        // Years that begin in March put the leap day at the end of the year.
        var shifted = month <= 2 ? year - 1 : year;
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        days = (365L * shifted) + (shifted / 4) - (shifted / 100) + (shifted / 400) + dayOfYear - 719_468;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Two(ReadOnlySpan<byte> text, int at)
    {
        var high = text[at] - '0';
        var low = text[at + 1] - '0';
        return (uint)high > 9 || (uint)low > 9 ? -1 : (high * 10) + low;
    }
}
