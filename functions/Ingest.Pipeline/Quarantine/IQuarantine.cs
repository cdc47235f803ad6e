using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Quarantine;

/// <summary>
/// Where refused records go. Calls for different segments may run in parallel. Throws when the store is unavailable
/// (after its own retries), never for the content of a record: whatever a producer sent must be storable.
/// </summary>
public interface IQuarantine
{
    /// <summary>Writes one segment that no reader can see until it is published.</summary>
    Task StageAsync(SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Writes one summary row a reason for the segment. Advisory: it precedes the commit and names the segment, so a reader
    /// can tell whether that segment was ever published.
    /// </summary>
    Task SummarizeAsync(SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context, CancellationToken cancellationToken);
}
