using System.Globalization;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Streams;

/// <summary>
/// An event while it is routed. Remembers the property it read last, because the streams of one file mostly look at the same one.
/// </summary>
internal ref struct RouteSubject
{
    // The longest text of a number, a time or a UUID is far below this.
    private const int MaxFormatted = 64;
    private const int MaxShown = 80;

    private readonly ref readonly IncomingEvent source;
    private RouteSource rememberedSource;
    private string? rememberedName;
    private object? remembered;

    public RouteSubject(in IncomingEvent source) => this.source = ref source;

    public readonly ref readonly IncomingEvent Event => ref source;

    public bool Holds(RouteSource place, string name, string[] values) => place switch
    {
        RouteSource.ContentType => MatchesMediaType(source.ContentType, values),
        RouteSource.PartitionKey => source.PartitionKey is { } key && Contains(values, key),
        _ => Matches(Read(place, name), values),
    };

    /// <summary>For a message: the value in quotation marks, shortened, or <c>absent</c>.</summary>
    public static string Describe(in IncomingEvent source, RouteSource place, string name)
    {
        var value = place switch
        {
            RouteSource.ContentType => source.ContentType,
            RouteSource.PartitionKey => source.PartitionKey,
            RouteSource.CloudEvent => CloudEventProperties.Find(source, name),
            _ => new RouteSubject(in source).Read(place, name),
        };
        return value is null ? "absent" : Shorten(EventText.Of(value));
    }

    /// <summary>An attribute of a CloudEvent in binary mode.</summary>
    public static bool HoldsAttribute(in IncomingEvent source, string name, string[] values) =>
        Matches(CloudEventProperties.Find(source, name), values);

    private object? Read(RouteSource place, string name)
    {
        if (ReferenceEquals(name, rememberedName) && place == rememberedSource
            || name == rememberedName && place == rememberedSource)
        {
            return remembered;
        }

        object? value = null;
        if (place == RouteSource.Property)
        {
            source.Properties?.TryGetValue(name, out value);
        }
        else
        {
            value = source.SystemProperty(name);
        }

        (rememberedSource, rememberedName, remembered) = (place, name, value);
        return value;
    }

    private static bool Matches(object? value, string[] values)
    {
        switch (value)
        {
            case null:
                return false;
            case string text:
                return Contains(values, text);
            case bool flag:
                return Contains(values, flag ? "true" : "false");
            case DateTime or DateTimeOffset:
                return Contains(values, EventText.Of(value));
            case ISpanFormattable number:
                Span<char> buffer = stackalloc char[MaxFormatted];
                return number.TryFormat(buffer, out var written, default, CultureInfo.InvariantCulture)
                    ? Contains(values, buffer[..written])
                    : Contains(values, EventText.Of(value));
            default:
                return Contains(values, EventText.Of(value));
        }
    }

    private static bool MatchesMediaType(string? contentType, string[] values)
    {
        if (contentType is null)
        {
            return false;
        }

        var whole = contentType.AsSpan().Trim();
        var semicolon = whole.IndexOf(';');
        var type = semicolon < 0 ? whole : whole[..semicolon].TrimEnd();
        foreach (var value in values)
        {
            var accepted = value.Contains(';', StringComparison.Ordinal) ? whole : type;
            if (accepted.Equals(value, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Contains(string[] values, ReadOnlySpan<char> text)
    {
        foreach (var value in values)
        {
            if (text.SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }

    private static string Shorten(string text) => text.Length <= MaxShown ? $"\"{text}\"" : $"\"{text[..MaxShown]}…\"";
}
