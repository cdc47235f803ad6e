using System.Globalization;

namespace Ingest.Pipeline.Events;

/// <summary>
/// A property of an event as text: numbers in invariant form, booleans as <c>true</c> and <c>false</c>, bytes in Base64. Times are
/// the one AMQP type whose invariant text is no standard; RFC 3339 is what everybody would write.
/// </summary>
internal static class EventText
{
    public static string Of(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => Rfc3339(time.UtcDateTime),
        DateTime time => Rfc3339(time.ToUniversalTime()),
        byte[] bytes => Convert.ToBase64String(bytes),
        ReadOnlyMemory<byte> bytes => Convert.ToBase64String(bytes.Span),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Rfc3339(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
