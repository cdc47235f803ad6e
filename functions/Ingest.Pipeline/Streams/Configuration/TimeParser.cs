using System.Globalization;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>time</c>: where the event time is, how it is written, and how far from the enqueued time it may lie.</summary>
internal static class TimeParser
{
    private static readonly string[] KnownFormats = ["rfc3339", "unix-s", "unix-ms"];

    // Every field of a date and a time differs from its default, so that a format which drops one shows.
    private static readonly DateTime Probe = new(2001, 12, 23, 14, 35, 46, DateTimeKind.Unspecified);

    /// <summary>Null where there are mistakes.</summary>
    public static (TimeFormat Format, ConfigText At)? Parse(ConfigNode value, ConfigErrors errors)
    {
        if (value.Kind == ConfigKind.Text)
        {
            var plain = new ConfigText(value.Text, value);
            return IsPointer(plain, errors)
                ? (new TimeFormat(value.Text, TimeKind.Rfc3339, null, TimeZoneInfo.Utc, null, null), plain)
                : null;
        }

        if (value.Kind != ConfigKind.Object)
        {
            errors.Add(value, $"\"time\" must be a JSON Pointer, or an object with \"at\", not {value.Describe()}.");
            return null;
        }

        var before = errors.Count;
        var time = new ConfigObject(value, errors);
        var at = time.RequiredText("at", "it is the JSON Pointer of the event time");
        if (at is not null)
        {
            IsPointer(at, errors);
        }

        var format = time.OptionalText("format");
        var kind = Kind(format, errors);
        var zone = Zone(time.OptionalText("zone"), kind, errors);
        var maxAge = Window("maxAge", time.OptionalText("maxAge"), errors);
        var maxAhead = Window("maxAhead", time.OptionalText("maxAhead"), errors);
        time.Finish();
        return errors.Count == before
            ? (new TimeFormat(at!.Value, kind, kind == TimeKind.Custom ? format!.Value : null, zone, maxAge, maxAhead), at)
            : null;
    }

    private static bool IsPointer(ConfigText at, ConfigErrors errors)
    {
        if (JsonPointer.ToColumn(at.Value) is not null)
        {
            return true;
        }

        errors.Add(at.Node, $"The event time must be named by a JSON Pointer such as \"/createdAt\", not \"{at.Value}\".");
        return false;
    }

    private static TimeKind Kind(ConfigText? format, ConfigErrors errors)
    {
        switch (format?.Value)
        {
            case null or "rfc3339":
                return TimeKind.Rfc3339;
            case "unix-s":
                return TimeKind.UnixSeconds;
            case "unix-ms":
                return TimeKind.UnixMilliseconds;
        }

        if (KnownFormats.MinBy(k => Suggestion.Distance(format.Value, k)) is { } near
            && Suggestion.Distance(format.Value, near) <= 2)
        {
            errors.Add(format.Node, $"Unknown time format \"{format.Value}\". Did you mean \"{near}\"?");
        }
        else if (CustomFormatMistake(format.Value) is { } mistake)
        {
            errors.Add(format.Node, $"\"{format.Value}\" is not a usable time format: {mistake}.");
        }

        return TimeKind.Custom;
    }

    private static string? CustomFormatMistake(string format)
    {
        const string Advice = "write rfc3339, unix-s, unix-ms, or a .NET custom format such as yyyy/MM/dd HH:mm";
        if (format.Length < 2)
        {
            return Advice;
        }

        if (HasOffset(format))
        {
            return "an offset in the text (K or z) is not supported yet by this version";
        }

        try
        {
            var text = Probe.ToString(format, CultureInfo.InvariantCulture);
            if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var back))
            {
                return $"what it writes ({text}) it cannot read; {Advice}";
            }

            // A part that the format lacks is filled from today, and would make the same bytes mean another time tomorrow.
            return back.Date != Probe.Date ? $"it must hold year, month and day; {Advice}"
                : format.Contains('h', StringComparison.Ordinal) && back.Hour != Probe.Hour ? "h needs tt; write HH for hours of the day"
                : null;
        }
        catch (FormatException)
        {
            return Advice;
        }
    }

    private static bool HasOffset(string format)
    {
        var quote = '\0';
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == '\\')
            {
                i++;
            }
            else if (c is 'z' or 'K')
            {
                return true;
            }
        }

        return false;
    }

    private static TimeZoneInfo Zone(ConfigText? zone, TimeKind kind, ConfigErrors errors)
    {
        if (zone is null)
        {
            return TimeZoneInfo.Utc;
        }

        if (kind != TimeKind.Custom)
        {
            errors.Add(zone.Node, "\"zone\" belongs to a custom \"format\": RFC 3339 carries its own offset, and Unix time is UTC.");
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(zone.Value, out var found))
        {
            return found;
        }

        errors.Add(zone.Node, $"This machine knows no time zone \"{zone.Value}\"; write an IANA name such as \"UTC\" or \"Europe/Berlin\".");
        return TimeZoneInfo.Utc;
    }

    private static TimeSpan? Window(string key, ConfigText? text, ConfigErrors errors)
    {
        if (text is null)
        {
            return null;
        }

        if (!TimeSpan.TryParseExact(text.Value, "c", CultureInfo.InvariantCulture, out var window) || window <= TimeSpan.Zero)
        {
            errors.Add(text.Node, $"\"{key}\" must be a time span above zero such as \"7.00:00:00\" or \"00:05:00\", not \"{text.Value}\".");
            return null;
        }

        return window;
    }
}
