namespace Ingest.Pipeline.Schemas;

/// <summary>How a stream's event time is written.</summary>
public enum TimeKind
{
    /// <summary>RFC 3339 date-time with offset.</summary>
    Rfc3339,

    /// <summary>A .NET custom format in a time zone.</summary>
    Custom,

    /// <summary>Seconds since the Unix epoch, whole or fractional.</summary>
    UnixSeconds,

    /// <summary>Milliseconds since the Unix epoch.</summary>
    UnixMilliseconds,
}

/// <param name="Pointer">JSON Pointer of the value, for example <c>/createdAt</c>.</param>
/// <param name="Format">For <see cref="TimeKind.Custom"/>, for example <c>yyyy/MM/dd HH:mm</c>.</param>
/// <param name="Zone">IANA time zone for <see cref="TimeKind.Custom"/>; UTC otherwise.</param>
/// <param name="MaxAge">Older than this against the enqueued time: <c>out-of-time-range</c>; null: no limit.</param>
/// <param name="MaxAhead">Later than this against the enqueued time: <c>out-of-time-range</c>; null: no limit.</param>
public sealed record TimeFormat(string Pointer, TimeKind Kind, string? Format, TimeZoneInfo Zone, TimeSpan? MaxAge, TimeSpan? MaxAhead);
