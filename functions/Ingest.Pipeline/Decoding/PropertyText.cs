using System.Globalization;

namespace Ingest.Pipeline.Decoding;

/// <summary>Application properties as text: numbers in invariant form, booleans as <c>true</c> and <c>false</c>, times as RFC 3339, bytes as Base64.</summary>
public static class PropertyText
{
    public static string Of(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",

        // Times are the one AMQP type whose invariant text is no standard; RFC 3339 is what everybody would write.
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        DateTime time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToBase64String(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
