using System.Collections.Immutable;
using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Testing.Delivery;

/// <summary>
/// Stands in for routing, decoding and staging: one or two records an event, each with a home stream, some of which every
/// attempt routes differently; a folder an hour; commits cut at a few segments; table rows of everything but quarantine.
/// </summary>
public sealed class HostileStaging(
    SeededScheduler scheduler, HostileRules rules, InMemorySegmentStore segments, InMemoryHubLog hub, HostileTables tables, List<string> violations)
{
    private readonly int seed = scheduler.Random.Next();
    private readonly int streams = scheduler.Random.Next(2, 4);
    private int attempts;

    private static PartitionId Partition => DeliveryWorld.Partition;

    /// <summary>Table writes that outlive their commit, as they must not.</summary>
    public List<Task> Late { get; } = [];

    /// <summary>How many records the event holds.</summary>
    public int RecordsOf(int incarnation, long sequence) => 1 + (int)(Shape(incarnation, sequence, 0) % 3 / 2);

    public async Task<StagedRun> StageAsync(DeliveryRun run, CancellationToken cancellationToken)
    {
        NoteAbsence(run);
        var (groups, count) = Route(run);
        var last = run.LastOf(count);
        var paths = ImmutableArray.CreateBuilder<string>();
        var rows = new List<(int Stream, VisibleRecord Record, LatestOrder Order)>();
        foreach (var ((stream, hour), records) in groups)
        {
            var isQuarantine = stream == 0;
            var name = new SegmentName(
                isQuarantine ? "quarantine" : "lake", isQuarantine ? "" : $"stream-{stream}", hour, Partition.Hub, Partition.Number,
                run.Row.Epoch, run.First, last, rules.AttemptOf(++attempts).ToString("x32", CultureInfo.InvariantCulture));
            await segments.StageAsync(name, [.. records.Select(r => r.Record)], isQuarantine ? run.Absent : []);
            await rules.AfterStageAsync(segments, name.ToString());
            paths.Add(name.ToString());
            rows.AddRange(isQuarantine ? [] : records.Select(r => (stream, r.Record, r.Order)));
        }

        var written = new ProgressTotals(groups.Sum(g => g.Value.Count), 0, 0, 0);
        if (!rules.WritesTablesBeforeCommit)
        {
            return new StagedRun(count, paths.ToImmutable(), written) { OnCommitted = () => Late.Add(WriteTablesAsync(rows)) };
        }

        await WriteTablesAsync(rows);
        await rules.BeforeCommitAsync(segments, paths);
        return new StagedRun(count, paths.ToImmutable(), written);
    }

    private (Dictionary<(int Stream, long Hour), List<(VisibleRecord Record, LatestOrder Order)>> Groups, int Count) Route(DeliveryRun run)
    {
        var groups = new Dictionary<(int Stream, long Hour), List<(VisibleRecord, LatestOrder)>>();
        if (!run.Absent.IsEmpty)
        {
            groups.Add((0, SegmentName.HourOf(Math.Max(run.Row.EnqueuedMax, run.Row.HubCreated))), []);
        }

        var events = run.Events.Span;
        for (var count = 0; count < events.Length; count++)
        {
            var mine = Decide(run, events[count]);
            if (count > 0 && rules.IsCut(groups.Keys.Union(mine.Select(r => r.Home)).Count()))
            {
                return (groups, count);
            }

            foreach (var (home, record, order) in mine)
            {
                if (!groups.TryGetValue(home, out var records))
                {
                    groups.Add(home, records = []);
                }

                records.Add((record, order));
            }
        }

        return (groups, events.Length);
    }

    private List<((int Stream, long Hour) Home, VisibleRecord Record, LatestOrder Order)> Decide(DeliveryRun run, in IncomingEvent e)
    {
        var decided = new List<((int, long), VisibleRecord, LatestOrder)>();
        var incarnation = IncarnationOf(e);
        for (var index = 0; index < RecordsOf(incarnation, e.SequenceNumber); index++)
        {
            if (run.Held.Contains(new RecordPlace(e.SequenceNumber, index)))
            {
                continue;
            }

            var shape = Shape(incarnation, e.SequenceNumber, index + 1);
            var isUnstable = shape % 10 < 3;
            var stream = isUnstable ? scheduler.Random.Next(streams) : (int)(shape / 10 % streams);
            decided.Add((
                (stream, SegmentName.HourOf(e.EnqueuedUnixMs)), new VisibleRecord(run.Row.Epoch, e.SequenceNumber, index, incarnation), HostileTables.OrderOf(e, index)));
        }

        return decided;
    }

    /// <summary>The order that the record has in its <c>latest</c> row.</summary>
    public IEnumerable<(int Stream, VisibleRecord Record, LatestOrder Order)> TableRowsAtRest(Func<VisibleRecord, IncomingEvent> eventOf) =>
        from segment in segments.AtRest
        let name = SegmentName.TryParse(segment.Key)
        where name.Stream.Length > 0
        from record in segment.Value
        select (int.Parse(name.Stream["stream-".Length..], CultureInfo.InvariantCulture), record, HostileTables.OrderOf(eventOf(record), record.Index));

    public static int IncarnationOf(in IncomingEvent e) => int.Parse(e.PartitionKey!, CultureInfo.InvariantCulture);

    private async Task WriteTablesAsync(List<(int Stream, VisibleRecord Record, LatestOrder Order)> rows)
    {
        foreach (var (stream, record, order) in rows)
        {
            await tables.WriteAsync(stream, record, order);
        }
    }

    private void NoteAbsence(DeliveryRun run)
    {
        foreach (var gone in run.Absent)
        {
            for (var sequence = gone.First; sequence <= gone.Last; sequence++)
            {
                if (run.Row.HubCreated == hub.CreatedUnixMs && sequence >= hub.Beginning && sequence <= hub.Last)
                {
                    violations.Add($"{sequence} is recorded as absent, but the hub has it");
                }
            }
        }
    }

    private uint Shape(int incarnation, long sequence, int salt) => (uint)HashCode(seed, incarnation, sequence, salt);

    // The framework's own hash differs from process to process, and a seed must give the same world everywhere.
    private static int HashCode(int seed, int incarnation, long sequence, int salt)
    {
        var hash = (uint)seed;
        foreach (var part in (ReadOnlySpan<int>)[incarnation, (int)sequence, salt])
        {
            hash = (hash ^ (uint)part) * 0x9E3779B1;
            hash ^= hash >> 15;
        }

        return (int)hash;
    }
}
