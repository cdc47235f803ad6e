using System.Collections.Immutable;
using Ingest.Cli.Audit;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Progress;

/// <summary>Makes a progress row from what is visible, where the row was lost or rolled back.</summary>
public static class RowRebuild
{
    private const long HourMs = 3_600_000;

    /// <summary>
    /// Every commit but the last was published whole before the next one was made. The last one may lack a segment, so its
    /// range is left to the sweeper, which reads it again and writes only the records that are not there.
    /// </summary>
    /// <param name="segments">All visible segments of the partition, of every epoch.</param>
    /// <exception cref="CommandException">The hub does not reach as far as the lake does.</exception>
    public static async Task<PartitionProgress> RunAsync(
        IReadOnlyList<VisibleSegment> segments, ISegmentCatalog catalog, HubState hub, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(hub);
        if (segments.Count == 0)
        {
            throw new CommandException(ExitCode.CannotBeDone, "Lake and quarantine hold nothing of this partition. The app begins it by itself.");
        }

        var epoch = segments.Max(segment => segment.Name.Epoch);
        var current = segments.Where(segment => segment.Name.Epoch == epoch).ToList();
        var (totals, covered) = await ReadAsync(segments, epoch, catalog, cancellationToken).ConfigureAwait(false);
        if (current.Min(segment => segment.Name.Hour + 1) * HourMs < hub.CreatedUnixMs)
        {
            return new PartitionProgress { Epoch = epoch + 1, HubCreated = hub.CreatedUnixMs, Durable = hub.BeginningSequence - 1, Totals = totals };
        }

        var durable = current.Max(segment => segment.Name.Last);
        if (durable > hub.LastSequence)
        {
            throw new CommandException(
                ExitCode.CannotBeDone, $"The lake reaches to sequence number {durable}, the hub only to {hub.LastSequence}: it gives numbers again. Use `ingest progress new-epoch`.");
        }

        var last = current.Where(segment => segment.Name.Last == durable).Min(segment => segment.Name.First);
        var lacking = covered.Missing(new SequenceRange(covered.First ?? last, last - 1)).Select(range => new EventRange(range.First, range.Last));
        return new PartitionProgress
        {
            Epoch = epoch,
            HubCreated = hub.CreatedUnixMs,
            Durable = durable,

            // Nothing says when in the hour the last event was enqueued.
            EnqueuedMax = ((current.Max(segment => segment.Name.Hour) + 1) * HourMs) - 1,
            Skipped = [.. lacking, new EventRange(last, durable)],
            Totals = totals,
        };
    }

    private static async Task<(ProgressTotals Totals, SequenceRanges Covered)> ReadAsync(
        IReadOnlyList<VisibleSegment> segments, int epoch, ISegmentCatalog catalog, CancellationToken cancellationToken)
    {
        var (totals, covered) = (new ProgressTotals(0, 0, 0, 0), new SequenceRanges());
        foreach (var segment in segments)
        {
            var records = await catalog.ReadAsync(segment, cancellationToken).ConfigureAwait(false);
            totals = totals.Add(new ProgressTotals(
                records.IsQuarantine ? 0 : records.Records.Length, records.IsQuarantine ? records.Records.Length : 0, 0, records.Absent.Sum(range => range.Count)));
            if (segment.Name.Epoch == epoch)
            {
                foreach (var range in records.Absent.Concat(records.Records.Select(record => new SequenceRange(record.Sequence, record.Sequence))))
                {
                    covered.Add(range);
                }
            }
        }

        return (totals, covered);
    }
}
