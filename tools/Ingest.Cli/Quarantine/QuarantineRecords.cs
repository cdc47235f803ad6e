using System.Runtime.CompilerServices;
using Ingest.Cli.Audit;
using Ingest.Pipeline.Events;
using Ingest.Storage.Quarantine;

namespace Ingest.Cli.Quarantine;

/// <summary>The quarantine of one account, through a filter.</summary>
public sealed class QuarantineRecords(StoredData stored)
{
    /// <summary>Visible segments that may hold such records, oldest hour first.</summary>
    public async IAsyncEnumerable<SegmentName> SegmentsAsync(QuarantineFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await foreach (var segment in stored.QuarantineListing.SegmentsAsync(filter.FromHour, filter.ToHour, cancellationToken).ConfigureAwait(false))
        {
            if (filter.MayBeIn(segment.Name))
            {
                yield return segment.Name;
            }
        }
    }

    /// <summary>The records with their bytes, oldest hour first, in the order of the log within a segment.</summary>
    /// <param name="limit">At most so many.</param>
    public async IAsyncEnumerable<QuarantineRow> RowsAsync(QuarantineFilter filter, long limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var segment in SegmentsAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var row in stored.QuarantineReader.ReadAsync(segment, filter.Takes, cancellationToken).ConfigureAwait(false))
            {
                if (count++ == limit)
                {
                    yield break;
                }

                yield return row;
            }
        }
    }

    /// <summary>
    /// How many there are, by hub, partition, stream and reason: from the summary rows of segments that lie in the time range from
    /// end to end, from the segments themselves where there are none, or where only some of their records are meant.
    /// </summary>
    public async Task<QuarantineCounts> CountAsync(QuarantineFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var summaries = new Dictionary<string, List<QuarantineSummaryRow>>(StringComparer.Ordinal);
        await foreach (var row in stored.QuarantineListing.SummariesAsync(filter.FromHour, cancellationToken).ConfigureAwait(false))
        {
            (summaries.TryGetValue(row.Segment, out var rows) ? rows : summaries[row.Segment] = []).Add(row);
        }

        var counts = new QuarantineCounts();
        await foreach (var segment in SegmentsAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            counts.Segments++;
            if (filter.CoversHourOf(segment) && summaries.TryGetValue(segment.ToString(), out var rows))
            {
                foreach (var row in rows.Where(row => filter.Takes(row.Reason, row.Stream)))
                {
                    counts.Add(segment, row.Stream, row.Reason, row.Count, row.FirstEnqueued, row.SampleDetail, row.SamplePath);
                }

                continue;
            }

            counts.SegmentsRead++;
            await foreach (var head in stored.QuarantineReader.ReadHeadsAsync(segment, cancellationToken).ConfigureAwait(false))
            {
                if (filter.Takes(head))
                {
                    counts.Add(segment, head.Stream, head.Code, 1, head.Enqueued, null, null);
                }
            }
        }

        return counts;
    }
}

/// <summary>Numbers of quarantined records by hub, partition, stream and reason.</summary>
public sealed class QuarantineCounts
{
    private readonly Dictionary<(string Hub, int Partition, string? Stream, string Reason), QuarantineGroup> groups = [];

    /// <summary>Segments that may hold such records.</summary>
    public int Segments { get; set; }

    /// <summary>Those of them that had to be read because no summary row would do.</summary>
    public int SegmentsRead { get; set; }

    /// <summary>Most first.</summary>
    public IReadOnlyList<QuarantineGroup> Groups =>
        [.. groups.Values.OrderByDescending(g => g.Quarantined).ThenBy(g => g.Hub, StringComparer.Ordinal).ThenBy(g => g.Partition).ThenBy(g => g.Reason, StringComparer.Ordinal)];

    public void Add(SegmentName segment, string? stream, string reason, long count, DateTimeOffset first, string? detail, string? path)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var key = (segment.Hub, segment.Partition, stream, reason);
        var known = groups.GetValueOrDefault(key) ?? new QuarantineGroup(segment.Hub, segment.Partition, stream, reason, 0, first, null, null);
        groups[key] = known with
        {
            Quarantined = known.Quarantined + count,
            First = first < known.First ? first : known.First,
            Detail = known.Detail ?? (string.IsNullOrEmpty(detail) ? null : detail),
            Path = known.Path ?? (string.IsNullOrEmpty(path) ? null : path),
        };
    }
}

/// <summary>Records of one hub, partition, stream and reason.</summary>
/// <param name="Stream">null where no stream took them.</param>
/// <param name="First">When the oldest was enqueued.</param>
/// <param name="Detail">Of one of them; null where only segments were read.</param>
public sealed record QuarantineGroup(
    string Hub, int Partition, string? Stream, string Reason, long Quarantined, DateTimeOffset First, string? Detail, string? Path);
