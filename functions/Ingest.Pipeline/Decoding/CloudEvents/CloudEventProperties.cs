using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.CloudEvents;

/// <summary>CloudEvents attributes in application properties: the binary mode of the AMQP binding, in both of its spellings.</summary>
internal static class CloudEventProperties
{
    private const string Colon = "cloudEvents:";
    private const string Underscore = "cloudEvents_";
    private static readonly string[] Prefixes = [Colon, Underscore];

    /// <summary>Whether the event is a CloudEvent in binary mode.</summary>
    public static bool Of(in IncomingEvent source) =>
        source.Properties is { } properties && (properties.ContainsKey("cloudEvents:specversion") || properties.ContainsKey("cloudEvents_specversion"))
        && !MediaType.IsCloudEvents(MediaType.Of(source.ContentType));

    /// <summary>The attribute's name; empty where the property is none of CloudEvents.</summary>
    public static ReadOnlySpan<char> NameOf(string property)
    {
        foreach (var prefix in Prefixes)
        {
            if (property.StartsWith(prefix, StringComparison.Ordinal))
            {
                return property.AsSpan(prefix.Length);
            }
        }

        return default;
    }

    /// <summary>The value of an attribute; null where it is absent. In binary mode the content type is <c>datacontenttype</c>.</summary>
    public static object? Find(in IncomingEvent source, string name)
    {
        object? value = null;
        if (source.Properties is { } properties && !properties.TryGetValue(Colon + name, out value))
        {
            properties.TryGetValue(Underscore + name, out value);
        }

        return value ?? (name == "datacontenttype" ? source.ContentType : null);
    }
}
