using System.ComponentModel.DataAnnotations;

namespace Ingest.Pipeline.Telemetry;

/// <summary>Settings <c>Ingest__Telemetry__…</c>: what telemetry may cost.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Bytes of telemetry that an instance may send in a minute, whatever it does; default 256,000, 10,000–100,000,000.</summary>
    [Range(10_000, 100_000_000)]
    public int BytesPerMinute { get; set; } = 256_000;

    /// <summary>Bytes more for every thousand events received; default 100, 0–1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int BytesPerThousandEvents { get; set; } = 100;

    /// <summary>Most links from a batch's span to the spans of its producers; default 16, 0–100 (Application Insights shows no more).</summary>
    [Range(0, 100)]
    public int MaxLinks { get; set; } = 16;
}
