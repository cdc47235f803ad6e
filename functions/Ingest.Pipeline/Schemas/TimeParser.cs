using System.Globalization;
using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>Reads a stream's event time. The methods return what is wrong, null where nothing is.</summary>
internal sealed class TimeParser(TimeFormat format)
{
    private readonly FixedTimePattern? pattern = format.Kind == TimeKind.Custom ? FixedTimePattern.TryCreate(format.Format!) : null;
    private readonly bool hasOffset = format.Kind == TimeKind.Custom && NamesOffset(format.Format!);
    private readonly bool isUtc = format.Zone.HasSameRules(TimeZoneInfo.Utc);
    private readonly long maxAge = Microseconds(format.MaxAge);
    private readonly long maxAhead = Microseconds(format.MaxAhead);

    /// <summary>Whether the time is written as a number.</summary>
    public bool IsNumber => format.Kind is TimeKind.UnixSeconds or TimeKind.UnixMilliseconds;

    public bool IsRfc3339 => format.Kind == TimeKind.Rfc3339;

    /// <summary>Whether reading the time checks the schema's <c>format</c> along the way.</summary>
    public bool Covers(TextRules? rules) => format.Kind == TimeKind.Rfc3339 && rules is { Format: TextFormat.DateTime };

    /// <summary>Whether a custom format can be read and names the whole day: else .NET would fill in the day of the reading.</summary>
    public static bool IsFormat(string? custom)
    {
        if (string.IsNullOrEmpty(custom))
        {
            return false;
        }

        try
        {
            // Two days that differ in every part: a format that loses one of them does not lead back.
            return LeadsBack(new DateTime(2001, 2, 3)) && LeadsBack(new DateTime(2014, 12, 25));
        }
        catch (FormatException)
        {
            return false;
        }

        bool LeadsBack(DateTime day) =>
            DateTimeOffset.TryParseExact(
                new DateTimeOffset(day, TimeSpan.Zero).ToString(custom, CultureInfo.InvariantCulture), custom, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read)
            && read.UtcDateTime.Date == day;
    }

    /// <param name="text">Unescaped, valid UTF-8.</param>
    public string? ParseText(ReadOnlySpan<byte> text, out long microseconds)
    {
        switch (format.Kind)
        {
            case TimeKind.Rfc3339:
                return Rfc3339.ParseDateTime(text, out microseconds);
            case TimeKind.Custom:
                return ParseCustom(text, out microseconds);
            default:
                microseconds = 0;
                return JsonGrammar.EndOfNumber(text, 0) == text.Length
                    ? ParseNumber(text, out microseconds)
                    : $"Expected a time in unix {(format.Kind == TimeKind.UnixSeconds ? "seconds" : "milliseconds")}.";
        }
    }

    /// <param name="text">A JSON number.</param>
    public string? ParseNumber(ReadOnlySpan<byte> text, out long microseconds)
    {
        var scale = JsonNumber.TryScale(text, format.Kind == TimeKind.UnixSeconds ? 6 : 3, out microseconds);
        return scale == NumberScale.OutOfRange || !Rfc3339.IsInRange(microseconds) ? "The time lies outside the years 1 to 9999." : null;
    }

    /// <summary>Whether the event time is neither too old nor too far ahead of when the hub accepted the event.</summary>
    public string? CheckRange(long microseconds, long enqueuedUnixMs)
    {
        var age = (enqueuedUnixMs * 1000) - microseconds;
        return age > maxAge ? $"The event time lies {Span(age)} before the enqueued time; the limit is {format.MaxAge}."
            : -age > maxAhead ? $"The event time lies {Span(-age)} after the enqueued time; the limit is {format.MaxAhead}."
            : null;
    }

    private static string Span(long microseconds) => new TimeSpan(microseconds * 10).ToString("c", CultureInfo.InvariantCulture);

    private static long Microseconds(TimeSpan? limit) => limit is { } span ? span.Ticks / 10 : long.MaxValue;

    private string? ParseCustom(ReadOnlySpan<byte> text, out long microseconds)
    {
        if (pattern is not null && pattern.TryParse(text, out microseconds))
        {
            return isUtc ? null : ToUtc(new DateTime((microseconds * 10) + DateTime.UnixEpoch.Ticks), out microseconds);
        }

        microseconds = 0;
        Span<char> characters = stackalloc char[128];
        if (text.Length > characters.Length)
        {
            return Mismatch();
        }

        characters = characters[..Encoding.UTF8.GetChars(text, characters)];
        if (hasOffset)
        {
            if (!DateTimeOffset.TryParseExact(characters, format.Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            {
                return Mismatch();
            }

            microseconds = (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
            return null;
        }

        return DateTime.TryParseExact(characters, format.Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? ToUtc(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), out microseconds)
            : Mismatch();
    }

    private string? ToUtc(DateTime local, out long microseconds)
    {
        microseconds = 0;
        if (!isUtc && format.Zone.IsInvalidTime(local))
        {
            return $"There is no such time in {format.Zone.Id}: clocks were put forward over it.";
        }

        // A time that occurs twice is taken as standard time, as .NET does.
        var utc = isUtc ? local : TimeZoneInfo.ConvertTimeToUtc(local, format.Zone);
        microseconds = (utc.Ticks - DateTime.UnixEpoch.Ticks) / 10;
        return null;
    }

    private string Mismatch() => $"Expected a time in the format {format.Format}.";

    private static bool NamesOffset(string custom)
    {
        var quote = '\0';
        for (var i = 0; i < custom.Length; i++)
        {
            var c = custom[i];
            if (c == '\\')
            {
                i++;
            }
            else if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c is 'z' or 'K')
            {
                return true;
            }
        }

        return false;
    }
}
