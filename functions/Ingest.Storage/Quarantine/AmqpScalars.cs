using System.Globalization;
using System.Text.Json;

namespace Ingest.Storage.Quarantine;

/// <summary>AMQP's scalar types as a tag and text, and back.</summary>
internal static class AmqpScalars
{
    /// <summary>The tag is null for types that AMQP does not know.</summary>
    public static (string? Tag, string Text) ToText(object value) => value switch
    {
        long number => ("$long", Text(number)),
        double number => ("$double", number.ToString("R", CultureInfo.InvariantCulture)),
        float number => ("$float", number.ToString("R", CultureInfo.InvariantCulture)),
        decimal number => ("$decimal", Text(number)),
        byte number => ("$ubyte", Text(number)),
        sbyte number => ("$byte", Text(number)),
        short number => ("$short", Text(number)),
        ushort number => ("$ushort", Text(number)),
        uint number => ("$uint", Text(number)),
        ulong number => ("$ulong", Text(number)),
        char character => ("$char", Text((int)character)),
        Guid guid => ("$uuid", guid.ToString("D")),
        DateTime time => ("$timestamp", time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
        DateTimeOffset time => ("$timestamp-offset", time.ToString("O", CultureInfo.InvariantCulture)),
        TimeSpan span => ("$timespan", span.ToString("c", CultureInfo.InvariantCulture)),
        Uri uri => ("$uri", uri.OriginalString),
        _ => (null, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    /// <exception cref="JsonException">The tag is unknown.</exception>
    public static object FromText(string tag, string text) => tag switch
    {
        "$long" => long.Parse(text, CultureInfo.InvariantCulture),
        "$double" => double.Parse(text, CultureInfo.InvariantCulture),
        "$float" => float.Parse(text, CultureInfo.InvariantCulture),
        "$decimal" => decimal.Parse(text, CultureInfo.InvariantCulture),
        "$ubyte" => byte.Parse(text, CultureInfo.InvariantCulture),
        "$byte" => sbyte.Parse(text, CultureInfo.InvariantCulture),
        "$short" => short.Parse(text, CultureInfo.InvariantCulture),
        "$ushort" => ushort.Parse(text, CultureInfo.InvariantCulture),
        "$uint" => uint.Parse(text, CultureInfo.InvariantCulture),
        "$ulong" => ulong.Parse(text, CultureInfo.InvariantCulture),
        "$char" => (char)int.Parse(text, CultureInfo.InvariantCulture),
        "$uuid" => Guid.ParseExact(text, "D"),
        "$timestamp" => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        "$timestamp-offset" => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        "$timespan" => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture),
        "$uri" => new Uri(text, UriKind.RelativeOrAbsolute),
        "$text" or "$undecodable" => text,
        _ => throw new JsonException($"'{tag}' is not the tag of a property type."),
    };

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
