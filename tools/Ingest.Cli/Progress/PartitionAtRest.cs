using Ingest.Cli.Audit;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Progress;

/// <summary>What lake and quarantine hold of one partition, in its last epoch.</summary>
/// <param name="Epoch">The greatest one.</param>
/// <param name="LastCommit">Range of the commit that reaches furthest.</param>
/// <param name="Totals">Of every epoch; what rules left out is not known.</param>
/// <param name="Covered">Numbers of which a record is at rest, or that are recorded as absent.</param>
/// <param name="LastRecord">The record of the greatest number, and when its event was enqueued; null where there is none.</param>
/// <param name="Earliest">Least enqueued time of a record, Unix milliseconds; null where there is none.</param>
/// <param name="Latest">Greatest one.</param>
public sealed record PartitionAtRest(
    int Epoch, EventRange LastCommit, ProgressTotals Totals, SequenceRanges Covered, (long Sequence, long EnqueuedMs)? LastRecord, long? Earliest, long? Latest)
{
    /// <param name="segments">All visible segments of the partition, at least one.</param>
    /// <param name="catalog">Reads enqueued times too.</param>
    public static async Task<PartitionAtRest> ReadAsync(IReadOnlyList<VisibleSegment> segments, ISegmentCatalog catalog, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(catalog);
        var epoch = segments.Max(segment => segment.Name.Epoch);
        var last = segments.Where(segment => segment.Name.Epoch == epoch).Max(segment => segment.Name.Last);
        var first = segments.Where(segment => segment.Name.Epoch == epoch && segment.Name.Last == last).Min(segment => segment.Name.First);
        var stored = new PartitionAtRest(epoch, new EventRange(first, last), new ProgressTotals(0, 0, 0, 0), new SequenceRanges(), null, null, null);
        foreach (var segment in segments)
        {
            var read = await catalog.ReadAsync(segment, cancellationToken).ConfigureAwait(false);
            stored = stored with
            {
                Totals = stored.Totals.Add(new ProgressTotals(
                    read.IsQuarantine ? 0 : read.Records.Length, read.IsQuarantine ? read.Records.Length : 0, 0, read.Absent.Sum(range => range.Count))),
            };
            stored = segment.Name.Epoch == epoch ? stored.With(read) : stored;
        }

        return stored;
    }

    /// <summary>Numbers of the range of which nothing is at rest, ascending.</summary>
    public IEnumerable<EventRange> Lacking(EventRange range) =>
        Covered.Missing(new SequenceRange(range.First, range.Last)).Select(lacking => new EventRange(lacking.First, lacking.Last));

    private PartitionAtRest With(SegmentRecords read)
    {
        foreach (var range in read.Absent.Concat(read.Records.Select(record => new SequenceRange(record.Sequence, record.Sequence))))
        {
            Covered.Add(range);
        }

        if (read.Records.Length == 0)
        {
            return this;
        }

        // A stream may sort its segments by columns of its own.
        var greatest = read.Records.Zip(read.EnqueuedUnixMs, (record, time) => (record.Sequence, EnqueuedMs: time)).MaxBy(record => record.Sequence);
        return this with
        {
            LastRecord = LastRecord is { } known && known.Sequence >= greatest.Sequence ? known : greatest,
            Earliest = Math.Min(Earliest ?? long.MaxValue, read.EnqueuedUnixMs.Min()),
            Latest = Math.Max(Latest ?? 0, read.EnqueuedUnixMs.Max()),
        };
    }
}
