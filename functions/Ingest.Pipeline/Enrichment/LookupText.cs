using System.Globalization;
using System.Text;

namespace Ingest.Pipeline.Enrichment;

/// <summary>
/// The text of a lookup property. Columns of a lookup are always text, because streams.json states no type and Table Storage
/// fixes none: numbers are written invariantly, booleans as <c>true</c> and <c>false</c>, times as RFC 3339 in UTC, bytes in Base64.
/// </summary>
internal static class LookupText
{
    public static byte[] Encode(object value) => Encoding.UTF8.GetBytes(ToText(value));

    private static string ToText(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => ToRfc3339(time.UtcDateTime),
        DateTime time => ToRfc3339(time.ToUniversalTime()),
        byte[] bytes => Convert.ToBase64String(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string ToRfc3339(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
