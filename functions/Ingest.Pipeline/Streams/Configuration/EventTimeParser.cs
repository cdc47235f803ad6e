using System.Globalization;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>time</c>: where the event time is, how it is written, and how far from the enqueued time it may lie.</summary>
internal static class EventTimeParser
{
    private static readonly string[] KnownFormats = ["rfc3339", "unix-s", "unix-ms"];

    // Every field of a date and a time differs from its default, so that a format which drops one shows.
    private static readonly DateTimeOffset Probe = new(2001, 12, 23, 14, 35, 46, TimeSpan.Zero);

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
        var zone = Zone(time.OptionalText("zone"), kind, format?.Value, errors);
        var maxAge = Window("maxAge", time.OptionalText("maxAge"), errors);
        var maxAhead = Window("maxAhead", time.OptionalText("maxAhead"), errors);
        time.Finish();
        return errors.Count == before
            ? (new TimeFormat(at!.Value, kind, kind == TimeKind.Custom ? format!.Value : null, zone, maxAge, maxAhead), at)
            : null;
    }

    /// <summary>The column at the pointer, where its values can be read in the format; null, and a mistake, where they cannot.</summary>
    public static ColumnDefinition? Column(TimeFormat format, ConfigText at, ColumnScope scope)
    {
        if (scope.Pointed(at) is not { } column)
        {
            return null;
        }

        var isNumber = format.Kind is TimeKind.UnixSeconds or TimeKind.UnixMilliseconds;
        switch (column)
        {
            case { IsList: false, Type: ColumnType.String or ColumnType.Timestamp or ColumnType.Date }:
            case { IsList: false, Type: ColumnType.Int64 or ColumnType.Double } when isNumber:
                return column;
            case { IsList: false, Type: ColumnType.Int64 or ColumnType.Double }:
                scope.Errors.Add(at.Node, $"\"{at.Value}\" is {ColumnScope.Describe(column)}; add \"format\": \"unix-s\" or \"unix-ms\".");
                return null;
            default:
                scope.Errors.Add(at.Node, $"The event time must be a text or a number; \"{at.Value}\" is {ColumnScope.Describe(column)}.");
                return null;
        }
    }

    private static bool IsPointer(ConfigText at, ConfigErrors errors)
    {
        if (at.Value.StartsWith('/') && JsonPointer.Parse(at.Value) is not null)
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

        if (Suggestion.Nearest(format.Value, KnownFormats) is { Length: > 0 } nearest)
        {
            errors.Add(format.Node, $"Unknown time format \"{format.Value}\".{nearest}");
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

        try
        {
            var text = Probe.ToString(format, CultureInfo.InvariantCulture);
            if (!DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var back))
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

    private static TimeZoneInfo Zone(ConfigText? zone, TimeKind kind, string? format, ConfigErrors errors)
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

        if (WritesOffset(format!))
        {
            errors.Add(zone.Node, "\"zone\" contradicts the \"format\", which carries an offset of its own.");
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(zone.Value, out var found))
        {
            return found;
        }

        errors.Add(zone.Node, $"This machine knows no time zone \"{zone.Value}\"; write an IANA name such as \"UTC\" or \"Europe/Berlin\".");
        return TimeZoneInfo.Utc;
    }

    private static bool WritesOffset(string format)
    {
        try
        {
            // Whatever quotes and escapes there are: only an offset makes the text depend on it.
            return Probe.ToString(format, CultureInfo.InvariantCulture)
                != new DateTimeOffset(Probe.DateTime, TimeSpan.FromHours(1)).ToString(format, CultureInfo.InvariantCulture);
        }
        catch (FormatException)
        {
            return false;
        }
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
