using Ingest.Cli.Audit;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Tests.Audit;

public class AuditRunTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    private readonly FakeLake lake = new();

    [Fact]
    public async Task A_complete_lake_is_clean()
    {
        lake.Commit(partition: 0, 0, 9, records: 10);
        lake.Commit(partition: 1, 0, 4, records: 5);
        lake.Hub(0, last: 9);
        lake.Hub(1, last: 4);

        var report = await AuditAsync();

        Assert.True(report.IsClean);
        Assert.Equal((15, 15, 0, 0L), (report.Total.Received, report.Total.Written, report.Total.Missing, report.Total.Behind!.Value));
    }

    [Fact]
    public async Task An_event_is_complete_when_lake_and_quarantine_share_its_records()
    {
        lake.Commit(0, 0, 0, records: 0, totals: new(2, 1, 0, 0));
        lake.Segment(0, 0, 0, [new(0, 0), new(0, 2)]);
        lake.Quarantine(0, 0, 0, [new(0, 1)]);

        var report = await AuditAsync();

        Assert.Equal((1, 2, 1, 0), (report.Total.Received, report.Total.Written, report.Total.Quarantined, report.Total.Missing));
    }

    [Fact]
    public async Task The_last_record_of_a_packed_event_is_missed_by_the_totals()
    {
        lake.Commit(0, 0, 0, records: 0, totals: new(3, 0, 0, 0));
        lake.Segment(0, 0, 0, [new(0, 0), new(0, 1)]);

        Assert.Equal(1, (await AuditAsync()).Total.Missing);
    }

    [Fact]
    public async Task Two_commits_of_the_same_events_are_duplicates()
    {
        lake.Commit(0, 0, 9, records: 10);
        lake.Segment(0, 5, 9, [.. Enumerable.Range(5, 5).Select(i => new RecordPosition(i, 0))]);

        var report = await AuditAsync();

        Assert.Equal((5, 0), (report.Total.Duplicates, report.Total.Missing));
        Assert.False(report.IsClean);
    }

    [Fact]
    public async Task The_tail_is_behind_while_producers_run_and_missing_once_they_stopped()
    {
        lake.Commit(0, 0, 9, records: 10);
        lake.Hub(0, last: 12);
        lake.Hub(1, last: 3);

        var running = await AuditAsync();
        var settled = await AuditAsync(isSettled: true);

        Assert.Equal((7L, 0), (running.Total.Behind!.Value, running.Total.Missing));
        Assert.True(running.IsClean);
        Assert.Equal(7, settled.Total.Missing);
        Assert.False(settled.IsClean);
    }

    [Fact]
    public async Task Hubs_whose_tails_are_not_judged_are_named()
    {
        lake.Commit(0, 0, 9, records: 10);
        Assert.Equal([new HubTail("telemetry", false)], (await AuditAsync()).Tails);
        Assert.True((await AuditAsync(isSettled: true)).IsEndUnknown);

        lake.Hub(0, last: 9, at: "elsewhere");
        Assert.Equal([new HubTail("telemetry", false)], (await AuditAsync()).Tails);

        lake.Hub(0, last: 9);
        Assert.Equal([new HubTail("telemetry", true)], (await AuditAsync()).Tails);
        Assert.False((await AuditAsync(isSettled: true)).IsEndUnknown);

        var withDevices = await AuditAsync(isSettled: true, leftOut: "devices");
        Assert.Equal([new HubTail("devices", false), new HubTail("telemetry", true)], withDevices.Tails);
        Assert.True(withDevices is { IsClean: true, IsEndUnknown: true });
    }

    [Fact]
    public async Task A_lost_head_is_missing_where_the_hub_still_has_it()
    {
        lake.Commit(0, 3, 9, records: 7);
        lake.Hub(0, last: 9);

        Assert.Equal((3, "0-2"), ((await AuditAsync()).Total.Missing, (await AuditAsync()).Partitions[0].MissingRanges));
    }

    [Fact]
    public async Task Unpublished_segments_are_pending_and_stuck_after_ten_minutes()
    {
        lake.Commit(0, 0, 9, records: 10);
        lake.Pending(0, 10, 19, written: Now);
        var fresh = await AuditAsync();
        lake.Pending(0, 10, 19, written: Now.AddMinutes(-11));
        var old = await AuditAsync();

        Assert.Equal((1, 0, true), (fresh.Total.Pending, fresh.Total.Missing, fresh.IsClean));
        Assert.Equal((1, 0, false), (old.Total.Pending, old.Total.Missing, old.IsClean));
    }

    [Fact]
    public async Task A_visible_segment_beyond_the_row_is_uncommitted()
    {
        lake.Commit(0, 0, 9, records: 10);
        lake.Segment(0, 10, 19, [.. Enumerable.Range(10, 10).Select(i => new RecordPosition(i, 0))]);

        var report = await AuditAsync();

        Assert.Equal((1, 10), (report.Total.Uncommitted, report.Total.Written));
        Assert.False(report.IsClean);
    }

    [Fact]
    public async Task Epochs_are_judged_apart()
    {
        lake.Segment(0, 0, 4, [.. Enumerable.Range(0, 5).Select(i => new RecordPosition(i, 0))], epoch: 1);
        lake.Commit(0, 0, 9, records: 10, epoch: 2, totals: new(15, 0, 0, 0));

        var report = await AuditAsync();

        Assert.Equal([(1, 5L, 0L), (2, 10L, 0L)], report.Partitions.Select(p => (p.Epoch, p.Received, p.Duplicates)));
        Assert.True(report.IsClean);
    }

    [Fact]
    public async Task Records_that_share_an_id_are_counted_by_stream_and_are_no_mistake()
    {
        lake.Commit(partition: 0, 0, 2, records: 0, totals: new(3, 0, 0, 0));
        lake.Commit(partition: 1, 0, 1, records: 0, totals: new(2, 1, 0, 0));
        lake.Segment(0, 0, 2, [new(0, 0), new(1, 0), new(2, 0)], ids: ["a", "b", "a"]);
        lake.Segment(1, 0, 1, [new(0, 0)], ids: ["a"]);
        lake.Segment(1, 0, 1, [new(1, 0)], ids: ["a"], stream: "routes");
        lake.Quarantine(1, 0, 1, [new(1, 1)]);
        lake.Segment(1, 2, 2, [new(2, 0)], ids: ["b"]);

        var report = await AuditAsync(byId: true);

        Assert.Equal([("flights", 2L), ("routes", 0L)], report.DuplicateIds!.Select(d => (d.Key, d.Value)));
        Assert.Equal((0, 0), (report.Total.Duplicates, report.Total.Missing));
        Assert.Null((await AuditAsync()).DuplicateIds);
    }

    private Task<AuditReport> AuditAsync(bool isSettled = false, bool byId = false, string? leftOut = null) => new AuditRun(
        new AuditSources(lake.ReadProgressAsync, lake, lake.HasHub ? lake.ReadHubsAsync : null),
        new AuditOptions(null, StartsAtBeginning: true, isSettled) { ById = byId, LeftOut = leftOut is null ? [] : [leftOut] }, new FixedClock(Now)).RunAsync(default);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <summary>A lake, its progress rows and its hub, in memory.</summary>
    private sealed class FakeLake : ISegmentCatalog
    {
        private readonly Dictionary<string, (SegmentName Name, SegmentRecords Origins)> segments = [];
        private readonly Dictionary<int, ProgressRow> rows = [];
        private readonly List<HubPartition> hubs = [];
        private int attempts;

        public bool HasHub => hubs.Count > 0;

        public void Commit(int partition, long first, long last, int records, int epoch = 1, ProgressTotals? totals = null)
        {
            var before = rows.GetValueOrDefault(partition)?.Progress.Totals.Written ?? 0;
            if (records > 0)
            {
                Segment(partition, first, last, [.. Enumerable.Range(0, records).Select(i => new RecordPosition(first + i, 0))], epoch);
            }

            Row(partition, new PartitionProgress { Durable = last, HubCreated = 1, Epoch = epoch, Totals = totals ?? new(before + records, 0, 0, 0) }, Now);
        }

        public void Pending(int partition, long first, long last, DateTimeOffset written)
        {
            var name = Name("lake", "flights", partition, 1, first, last);
            Row(partition, rows[partition].Progress with { Durable = last, Pending = [name.ToString()] }, written);
        }

        public void Segment(int partition, long first, long last, RecordPosition[] records, int epoch = 1, string[]? ids = null, string stream = "flights") =>
            Add(Name("lake", stream, partition, epoch, first, last), new(records, [], false) { Ids = ids ?? [] });

        public void Quarantine(int partition, long first, long last, RecordPosition[] records) =>
            Add(Name("quarantine", "", partition, 1, first, last), new(records, [], true));

        public void Hub(int partition, long last, string at = "localhost") => hubs.Add(new(at, "telemetry", partition, 0, last));

        public Task<IReadOnlyList<ProgressRow>> ReadProgressAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ProgressRow>>([.. rows.Values]);

        public Task<IReadOnlyList<HubPartition>> ReadHubsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HubPartition>>(hubs);

        public Task<IReadOnlyList<VisibleSegment>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<VisibleSegment>>([.. segments.Values.Select(s => new VisibleSegment(s.Name, 0))]);

        public Task<SegmentRecords> ReadAsync(VisibleSegment segment, CancellationToken cancellationToken) => Task.FromResult(segments[segment.Name.ToString()].Origins);

        private void Row(int partition, PartitionProgress progress, DateTimeOffset written) =>
            rows[partition] = new ProgressRow(new PartitionId("localhost", "telemetry", partition), progress, written);

        private void Add(SegmentName name, SegmentRecords origins) => segments.Add(name.ToString(), (name, origins));

        private SegmentName Name(string container, string stream, int partition, int epoch, long first, long last) =>
            new(container, stream, 495_000, "telemetry", partition, epoch, first, last, (++attempts).ToString("x32"));
    }
}
