using Ingest.Pipeline.Events;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Audit;

/// <summary>What the audit reads.</summary>
/// <param name="ReadProgress">All progress rows; called twice.</param>
/// <param name="ReadHubs">The hubs' own numbers; null: no hub at hand.</param>
public sealed record AuditSources(
    Func<CancellationToken, Task<IReadOnlyList<ProgressRow>>> ReadProgress,
    ISegmentCatalog Segments,
    Func<CancellationToken, Task<IReadOnlyList<HubPartition>>>? ReadHubs);

/// <param name="Hub">Only this hub; null: all.</param>
/// <param name="StartsAtBeginning">Whether partitions are read from their beginning (setting <c>Ingest__Start</c>): then what the hub still has below the first record is missing too.</param>
/// <param name="IsSettled">Whether producers have stopped and everything is expected to be durable: then what the hub has beyond is missing.</param>
public sealed record AuditOptions(string? Hub, bool StartsAtBeginning, bool IsSettled)
{
    /// <summary>Whether records that share an id are counted: the catalog must read ids then.</summary>
    public bool ById { get; init; }

    /// <summary>Hubs that belong to the app and are not read, lower case: their tails are not judged.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}

/// <summary>Checks that every sequence number is at rest exactly once, or recorded as lost.</summary>
public sealed class AuditRun(AuditSources sources, AuditOptions options, TimeProvider clock)
{
    // The sweeper publishes every minute; ten times that is no delay any more.
    private static readonly TimeSpan PublicationIsDue = TimeSpan.FromMinutes(10);
    private const int PartitionsAtOnce = 4;
    private const int MaxRangesShown = 10;

    /// <summary>
    /// Row first, then lake: what is committed in between lies beyond the row's durable number and is left out. The other
    /// order would take it for missing. The hub is asked before both, so that its last numbers are no moving target.
    /// </summary>
    public async Task<AuditReport> RunAsync(CancellationToken cancellationToken)
    {
        var hubs = sources.ReadHubs is null ? [] : await sources.ReadHubs(cancellationToken).ConfigureAwait(false);
        var rows = (await sources.ReadProgress(cancellationToken).ConfigureAwait(false)).Where(r => IsWanted(r.Partition.Hub)).ToList();
        var segments = (await sources.Segments.ListAsync(cancellationToken).ConfigureAwait(false)).Where(s => IsWanted(s.Name.Hub)).ToList();
        var rowsAfterwards = await sources.ReadProgress(cancellationToken).ConfigureAwait(false);

        var work = new List<EpochWork>();
        var visible = segments.Select(s => s.Name.ToString()).ToHashSet(StringComparer.Ordinal);
        var byEpoch = segments.ToLookup(s => (s.Name.Hub, s.Name.Partition, s.Name.Epoch));
        var current = rows.ToDictionary(r => (r.Partition.Hub, r.Partition.Number));
        foreach (var key in byEpoch.Select(g => g.Key).Union(rows.Select(r => (r.Partition.Hub, Partition: r.Partition.Number, r.Progress.Epoch))).Order())
        {
            var row = current.GetValueOrDefault((key.Hub, key.Partition));
            var after = rowsAfterwards.FirstOrDefault(r => r.Partition == row?.Partition);
            work.Add(new EpochWork(
                key.Hub, key.Partition, key.Epoch, row, after, [.. byEpoch[key]],
                hubs.FirstOrDefault(h => row is not null && h.Hub == row.Partition.Hub && h.Namespace == row.Partition.Namespace && h.Partition == key.Partition),
                visible));
        }

        // A partition that has events and no row yet: nothing of it is at rest.
        var untouched = hubs.Where(h => IsWanted(h.Hub) && h.Last >= h.Beginning && !current.ContainsKey((h.Hub, h.Partition)));

        using var ids = options.ById ? new RecurringIds() : null;
        var audits = new PartitionAudit[work.Count];
        await Parallel.ForAsync(
            0, work.Count, new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken },
            async (i, token) => audits[i] = await JudgeAsync(work[i], ids, token).ConfigureAwait(false)).ConfigureAwait(false);
        List<PartitionAudit> all = [.. BalanceWithTotals(audits, current), .. untouched.Select(Untouched)];
        var tails = TailsOf(hubs, rows, segments);
        return new AuditReport(AuditCounts.Sum(all), all)
        {
            Tails = tails,
            IsEndUnknown = options.IsSettled && tails.Any(tail => !tail.Judged),
            DuplicateIds = ids?.Count(),
            PendingIsStuck = rowsAfterwards.Any(r => IsWanted(r.Partition.Hub)
                && clock.GetUtcNow() - r.Written > PublicationIsDue && r.Progress.Pending.Any(p => !visible.Contains(p))),
        };
    }

    /// <summary>A hub of the same name in another namespace is another hub.</summary>
    private List<HubTail> TailsOf(IReadOnlyList<HubPartition> hubs, List<ProgressRow> rows, List<VisibleSegment> segments)
    {
        var read = hubs.Select(hub => (hub.Namespace, hub.Hub)).ToHashSet();
        var names = read.Select(hub => hub.Hub).ToHashSet(StringComparer.Ordinal);
        var unread = rows.Where(row => !read.Contains((row.Partition.Namespace, row.Partition.Hub))).Select(row => row.Partition.Hub)
            .Concat(segments.Select(segment => segment.Name.Hub).Where(hub => !names.Contains(hub)))
            .Concat(options.LeftOut).ToHashSet(StringComparer.Ordinal);
        return [.. names.Union(unread).Where(IsWanted).Order(StringComparer.Ordinal).Select(hub => new HubTail(hub, !unread.Contains(hub)))];
    }

    private bool IsWanted(string hub) => options.Hub is null || string.Equals(options.Hub, hub, StringComparison.OrdinalIgnoreCase);

    private async Task<PartitionAudit> JudgeAsync(EpochWork work, RecurringIds? ids, CancellationToken cancellationToken)
    {
        var isCurrent = work.Row is not null && work.Row.Progress.Epoch == work.Epoch;
        var durable = work.Row is null ? -1 : isCurrent ? work.Row.Progress.Durable : long.MaxValue;
        var pending = work.Row is null ? [] : work.Row.Progress.Pending.Where(p => !work.Visible.Contains(p)).Select(SegmentName.TryParse)
            .Where(s => s is not null && s.Epoch == work.Epoch).ToList();
        var coverage = new EpochCoverage(durable, pending.Select(s => new SequenceRange(s!.First, s.Last)));
        long written = 0;
        long quarantined = 0;
        long outOfOrder = 0;
        foreach (var commit in CommitsOf(work.Segments))
        {
            var origins = await Task.WhenAll(commit.Select(s => sources.Segments.ReadAsync(s, cancellationToken))).ConfigureAwait(false);
            for (var i = 0; i < origins.Length; i++)
            {
                var segment = origins[i];
                var judged = segment.Records.Count(r => r.Sequence <= durable);
                written += segment.IsQuarantine ? 0 : judged;
                quarantined += segment.IsQuarantine ? judged : 0;
                outOfOrder += segment.OutOfOrder;
                if (ids is not null && !segment.IsQuarantine)
                {
                    ids.Add(commit[i].Name.Stream, segment.Ids.Where((_, row) => segment.Records[row].Sequence <= durable));
                }

                foreach (var range in segment.Absent)
                {
                    coverage.AddAbsent(range);
                }
            }

            coverage.AddRecords(origins.SelectMany(o => o.Records).ToArray());
        }

        var begin = work.Hub is { } hub && isCurrent && options.StartsAtBeginning ? hub.Beginning : long.MaxValue;
        var first = Math.Min(coverage.First ?? long.MaxValue, begin);
        first = first == long.MaxValue ? (isCurrent ? durable + 1 : 0) : Math.Min(first, durable == long.MaxValue ? first : durable + 1);
        var result = coverage.Judge(first);
        var behind = isCurrent && work.Hub is not null ? Math.Max(0, work.Hub.Last - durable) : (long?)null;
        return new PartitionAudit
        {
            Hub = work.HubName,
            Partition = work.Partition,
            Epoch = work.Epoch,
            First = first,
            Durable = result.Judged.Last,
            Received = result.Events,
            Written = written,
            Quarantined = quarantined,
            Filtered = isCurrent ? work.Row!.Progress.Totals.Filtered : 0,
            Absent = result.Absent,
            Missing = result.Missing + (options.IsSettled ? behind ?? 0 : 0),
            Duplicates = result.Duplicates,
            OutOfOrder = outOfOrder,
            Pending = pending.Count,
            Gaps = result.Gaps,
            Uncommitted = CountUncommitted(work),
            Behind = behind,
            MissingRanges = result.MissingRanges.Count == 0 ? null : string.Join(' ', result.MissingRanges.Take(MaxRangesShown)) + (result.MissingRanges.Count > MaxRangesShown ? " …" : ""),
        };
    }

    /// <summary>
    /// The row counts what each commit wrote. Positions alone cannot tell that the last record of a packed event is gone;
    /// the totals can.
    /// </summary>
    private static IEnumerable<PartitionAudit> BalanceWithTotals(
        IReadOnlyList<PartitionAudit> audits, Dictionary<(string Hub, int Number), ProgressRow> rows)
    {
        foreach (var audit in audits)
        {
            if (!rows.TryGetValue((audit.Hub, audit.Partition), out var row) || row.Progress.Epoch != audit.Epoch || audit.Pending > 0)
            {
                yield return audit;
                continue;
            }

            var atRest = audits.Where(a => a.Hub == audit.Hub && a.Partition == audit.Partition).Sum(a => a.Written + a.Quarantined - a.Duplicates);
            var lacking = row.Progress.Totals.Written + row.Progress.Totals.Quarantined - atRest;
            yield return lacking > audit.Missing ? audit with { Missing = lacking } : audit;
        }
    }

    private PartitionAudit Untouched(HubPartition hub) => new()
    {
        Hub = hub.Hub,
        Partition = hub.Partition,
        Epoch = 1,
        First = hub.Beginning,
        Durable = hub.Beginning - 1,
        Behind = hub.Last - hub.Beginning + 1,
        Missing = options.IsSettled ? hub.Last - hub.Beginning + 1 : 0,
    };

    /// <summary>
    /// Visible segments beyond the row, judged by the row as it was after the listing: a segment becomes visible only after
    /// its commit, so what lies beyond even then was never committed, or the row was lost or rolled back.
    /// </summary>
    private static int CountUncommitted(EpochWork work)
    {
        if (work.RowAfterListing is not { } row)
        {
            return work.Segments.Count;
        }

        return work.Epoch > row.Progress.Epoch ? work.Segments.Count
            : work.Epoch < row.Progress.Epoch ? 0
            : work.Segments.Count(s => s.Name.Last > row.Progress.Durable);
    }

    /// <summary>
    /// Segments grouped so that no event lies in two groups: all segments of one commit share their range, and ranges that
    /// overlap are read together. This bounds the memory to one commit, whatever the size of the lake.
    /// </summary>
    private static IEnumerable<List<VisibleSegment>> CommitsOf(IEnumerable<VisibleSegment> segments)
    {
        List<VisibleSegment> group = [];
        long last = 0;
        foreach (var segment in segments.OrderBy(s => s.Name.First).ThenBy(s => s.Name.Last))
        {
            if (group.Count > 0 && segment.Name.First > last)
            {
                yield return group;
                group = [];
            }

            last = group.Count == 0 ? segment.Name.Last : Math.Max(last, segment.Name.Last);
            group.Add(segment);
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    private sealed record EpochWork(
        string HubName, int Partition, int Epoch, ProgressRow? Row, ProgressRow? RowAfterListing,
        List<VisibleSegment> Segments, HubPartition? Hub, HashSet<string> Visible);
}
