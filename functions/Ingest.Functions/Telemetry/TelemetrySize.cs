using System.Diagnostics;
using OpenTelemetry.Logs;

namespace Ingest.Functions.Telemetry;

/// <summary>
/// What an item takes in Application Insights' format, in bytes before compression, which is what is billed. Estimates on the
/// high side; a test holds them against what the exporter sends.
/// </summary>
public static class TelemetrySize
{
    private const int Span = 700;
    private const int Log = 680;
    private const int MetricPoint = 540;
    private const int PerTag = 8;
    private const int PerLink = 110;

    public static long Of(Activity span)
    {
        ArgumentNullException.ThrowIfNull(span);
        long bytes = Span + (span.DisplayName.Length * 2) + (span.StatusDescription?.Length ?? 0);
        foreach (var (name, value) in span.EnumerateTagObjects())
        {
            bytes += TagOf(name, value);
        }

        foreach (var item in span.Events)
        {
            bytes += Log;
            foreach (var (name, value) in item.Tags)
            {
                bytes += TagOf(name, value);
            }
        }

        return bytes + (span.Links.Count() * PerLink);
    }

    public static long Of(LogRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        long bytes = Log + ((record.FormattedMessage ?? record.Body)?.Length ?? 0);
        foreach (var (name, value) in record.Attributes ?? [])
        {
            bytes += TagOf(name, value);
        }

        // Once as text, and once more as frames.
        return bytes + (record.Exception is { } exception ? exception.ToString().Length * 3L : 0);
    }

    /// <summary>One point of a metric.</summary>
    public static long OfPoint(string metric, IEnumerable<KeyValuePair<string, object?>> tags)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return MetricPoint + metric.Length + tags.Sum(tag => TagOf(tag.Key, tag.Value));
    }

    private static long TagOf(string name, object? value) => PerTag + name.Length + (value as string ?? value?.ToString() ?? "").Length;
}
