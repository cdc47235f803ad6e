namespace Ingest.Pipeline.Schemas;

/// <summary>The formats of JSON Schema 2020-12.</summary>
internal enum TextFormat
{
    None,
    DateTime,
    Date,
    Uuid,
    Time,
    Duration,
    Email,
    IdnEmail,
    Hostname,
    IdnHostname,
    Ipv4,
    Ipv6,
    Uri,
    UriReference,
    Iri,
    IriReference,
    UriTemplate,
    JsonPointer,
    RelativeJsonPointer,
    Regex,
}

/// <summary>Whether texts have the format that a schema asks for. Texts are valid UTF-8.</summary>
internal static class TextFormats
{
    public static readonly IReadOnlyDictionary<string, TextFormat> ByName = new Dictionary<string, TextFormat>(StringComparer.Ordinal)
    {
        ["date-time"] = TextFormat.DateTime,
        ["date"] = TextFormat.Date,
        ["time"] = TextFormat.Time,
        ["duration"] = TextFormat.Duration,
        ["email"] = TextFormat.Email,
        ["idn-email"] = TextFormat.IdnEmail,
        ["hostname"] = TextFormat.Hostname,
        ["idn-hostname"] = TextFormat.IdnHostname,
        ["ipv4"] = TextFormat.Ipv4,
        ["ipv6"] = TextFormat.Ipv6,
        ["uri"] = TextFormat.Uri,
        ["uri-reference"] = TextFormat.UriReference,
        ["iri"] = TextFormat.Iri,
        ["iri-reference"] = TextFormat.IriReference,
        ["uuid"] = TextFormat.Uuid,
        ["uri-template"] = TextFormat.UriTemplate,
        ["json-pointer"] = TextFormat.JsonPointer,
        ["relative-json-pointer"] = TextFormat.RelativeJsonPointer,
        ["regex"] = TextFormat.Regex,
    };

    public static bool IsValid(TextFormat format, ReadOnlySpan<byte> text) => format switch
    {
        TextFormat.None => true,
        TextFormat.DateTime => Rfc3339.ParseDateTime(text, out _) is null || DateTimeFormats.IsDateTime(text),
        TextFormat.Date => DateTimeFormats.IsDate(text),
        TextFormat.Time => DateTimeFormats.IsTime(text),
        TextFormat.Duration => DateTimeFormats.IsDuration(text),
        TextFormat.Email => EmailFormat.IsValid(text, international: false),
        TextFormat.IdnEmail => EmailFormat.IsValid(text, international: true),
        TextFormat.Hostname => HostnameFormat.IsValid(text),
        TextFormat.IdnHostname => HostnameFormat.IsInternationalValid(text),
        TextFormat.Ipv4 => IpFormats.IsIpv4(text),
        TextFormat.Ipv6 => IpFormats.IsIpv6(text),
        TextFormat.Uri => UriFormat.IsValid(text, isReference: false, international: false),
        TextFormat.UriReference => UriFormat.IsValid(text, isReference: true, international: false),
        TextFormat.Iri => UriFormat.IsValid(text, isReference: false, international: true),
        TextFormat.IriReference => UriFormat.IsValid(text, isReference: true, international: true),
        TextFormat.Uuid => UuidText.TryParse(text, out _),
        TextFormat.UriTemplate => UriTemplateFormat.IsValid(text),
        TextFormat.JsonPointer => PointerFormats.IsPointer(text),
        TextFormat.RelativeJsonPointer => PointerFormats.IsRelativePointer(text),
        TextFormat.Regex => EcmaPattern.IsValid(text),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>For messages.</summary>
    public static string Describe(TextFormat format) => format switch
    {
        TextFormat.DateTime => "a date-time such as 2026-11-23T06:00:00Z",
        TextFormat.Date => "a date such as 2026-11-23",
        TextFormat.Time => "a time such as 06:00:00Z",
        TextFormat.Duration => "a duration such as P1DT12H",
        TextFormat.Email or TextFormat.IdnEmail => "an e-mail address",
        TextFormat.Hostname or TextFormat.IdnHostname => "a host name",
        TextFormat.Ipv4 => "an IPv4 address",
        TextFormat.Ipv6 => "an IPv6 address",
        TextFormat.Uri => "a URI",
        TextFormat.UriReference => "a URI reference",
        TextFormat.Iri => "an IRI",
        TextFormat.IriReference => "an IRI reference",
        TextFormat.Uuid => "a UUID such as 123e4567-e89b-12d3-a456-426614174000",
        TextFormat.UriTemplate => "a URI template",
        TextFormat.JsonPointer => "a JSON Pointer",
        TextFormat.RelativeJsonPointer => "a relative JSON Pointer",
        _ => "a regular expression of ECMA-262",
    };
}
