using System.Diagnostics.Metrics;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;

namespace Ingest.Storage.Lake;

/// <summary>How big segments are: small ones cost readers a request each. Tags are bounded: stream.</summary>
internal sealed class SegmentMeter : IDisposable
{
    private readonly Meter meter = new(IngestMeter.Name);
    private readonly Histogram<long> bytes;

    public SegmentMeter() => bytes = meter.CreateHistogram<long>("ingest.segment.bytes", "By", "Size of a segment that was sent, of lake or quarantine (stream is empty).");

    public void Staged(SegmentName segment, long length) => bytes.Record(length, new KeyValuePair<string, object?>("stream", segment.Stream));

    public void Dispose() => meter.Dispose();
}
