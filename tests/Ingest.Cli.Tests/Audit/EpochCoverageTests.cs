using FsCheck;
using FsCheck.Xunit;
using Ingest.Cli.Audit;

namespace Ingest.Cli.Tests.Audit;

public class EpochCoverageTests
{
    [Property]
    public void A_complete_log_has_nothing_missing_and_nothing_double(PositiveInt seed)
    {
        var log = PackedLog.Create(seed.Get);

        var result = log.Judge(log.Commits);

        Assert.Equal((0, 0, 0), (result.Missing, result.Duplicates, result.Gaps));
        Assert.Equal(log.Events, result.Events);
    }

    [Property]
    public void Every_lost_event_is_missing_and_its_range_is_named(PositiveInt seed)
    {
        var log = PackedLog.Create(seed.Get);
        var lost = Enumerable.Range(0, log.Events).Where(_ => log.Random.Next(10) == 0).Select(s => (long)s).ToHashSet();

        var result = log.Judge(log.Commits.Select(c => c.Where(r => !lost.Contains(r.Sequence)).ToArray()));

        Assert.Equal(lost.Count, result.Missing);
        Assert.Equal(lost.Order(), result.MissingRanges.SelectMany(r => Enumerable.Range((int)r.First, (int)r.Count)).Select(n => (long)n));
        Assert.Equal(result.MissingRanges.Count, result.Gaps);
        Assert.Equal(0, result.Duplicates);
    }

    [Property]
    public void Every_record_committed_twice_is_a_duplicate(PositiveInt seed)
    {
        var log = PackedLog.Create(seed.Get);
        var again = log.Commits[log.Random.Next(log.Commits.Count)];

        var inAnotherCommit = log.Judge([.. log.Commits, again]);
        var inTheSameCommit = log.Judge(log.Commits.Select(c => c == again ? [.. c, .. c] : c));

        Assert.Equal((0, again.Length), (inAnotherCommit.Missing, inAnotherCommit.Duplicates));
        Assert.Equal((0, again.Length), (inTheSameCommit.Missing, inTheSameCommit.Duplicates));
    }

    [Property]
    public void A_record_lost_from_the_middle_of_a_packed_event_is_missing(PositiveInt seed)
    {
        var log = PackedLog.Create(seed.Get);
        var inner = log.Commits.SelectMany(c => c).Where(r => log.SizeOf(r.Sequence) > r.Index + 1).ToList();
        if (inner.Count == 0)
        {
            return;
        }

        var lost = inner[log.Random.Next(inner.Count)];

        var result = log.Judge(log.Commits.Select(c => c.Where(r => r != lost).ToArray()));

        Assert.Equal((1, 0, 0), (result.Missing, result.Duplicates, result.Gaps));
    }

    [Property]
    public void What_is_recorded_as_lost_upstream_is_absent_and_not_missing(PositiveInt seed)
    {
        var log = PackedLog.Create(seed.Get);
        var first = log.Random.Next(log.Events);
        var range = new SequenceRange(first, Math.Min(log.Events - 1, first + log.Random.Next(20)));

        var result = log.Judge(log.Commits.Select(c => c.Where(r => r.Sequence < range.First || r.Sequence > range.Last).ToArray()), absent: [range]);

        Assert.Equal((0, 0, range.Count, 1), (result.Missing, result.Duplicates, result.Absent, result.Gaps));
    }

    [Fact]
    public void A_number_both_at_rest_and_recorded_as_lost_is_a_duplicate()
    {
        var coverage = new EpochCoverage(9, []);
        coverage.AddAbsent(new(3, 4));
        coverage.AddRecords(Enumerable.Range(0, 10).Select(i => new RecordPosition(i, 0)).ToArray());

        Assert.Equal(2, coverage.Judge(0).Duplicates);
    }

    [Fact]
    public void An_unpublished_commit_is_awaited_and_not_missing()
    {
        var coverage = new EpochCoverage(29, [new(10, 19)]);
        coverage.AddRecords(Enumerable.Range(0, 30).Where(i => i is < 10 or > 19).Select(i => new RecordPosition(i, 0)).ToArray());

        var result = coverage.Judge(0);

        Assert.Equal((0, 10, 0), (result.Missing, result.Awaited, result.Gaps));
    }

    [Fact]
    public void Half_a_packed_event_of_an_unpublished_commit_is_not_missing()
    {
        var coverage = new EpochCoverage(5, [new(5, 5)]);
        coverage.AddRecords([new(5, 0), new(5, 2)]);

        Assert.Equal(0, coverage.Judge(5).Missing);
    }

    [Fact]
    public void What_was_committed_after_the_row_was_read_is_not_judged()
    {
        var coverage = new EpochCoverage(4, []);
        coverage.AddRecords(Enumerable.Range(0, 9).Where(i => i != 7).Select(i => new RecordPosition(i, 0)).ToArray());

        var result = coverage.Judge(0);

        Assert.Equal((5, 0), (result.Events, result.Missing));
    }

    [Fact]
    public void A_missing_head_and_a_missing_tail_are_found()
    {
        var coverage = new EpochCoverage(9, []);
        coverage.AddRecords(Enumerable.Range(2, 5).Select(i => new RecordPosition(i, 0)).ToArray());

        var result = coverage.Judge(0);

        Assert.Equal([new(0, 1), new(7, 9)], result.MissingRanges);
        Assert.Equal(5, result.Missing);
    }

    [Fact]
    public void An_older_epoch_is_judged_up_to_its_last_record()
    {
        var coverage = new EpochCoverage(long.MaxValue, []);
        coverage.AddRecords([new(0, 0), new(1, 0), new(3, 0)]);

        var result = coverage.Judge(0);

        Assert.Equal((4, 1), (result.Events, result.Missing));
    }

    /// <summary>A random log of packed events, cut into commits, each commit's records in random order.</summary>
    private sealed class PackedLog
    {
        private readonly List<int> sizes = [];

        public required Random Random { get; init; }

        public List<RecordPosition[]> Commits { get; } = [];

        public int Events => sizes.Count;

        public int SizeOf(long sequence) => sizes[(int)sequence];

        public static PackedLog Create(int seed)
        {
            var log = new PackedLog { Random = new Random(seed) };
            var commits = 1 + log.Random.Next(12);
            for (var c = 0; c < commits; c++)
            {
                var records = new List<RecordPosition>();
                for (var e = 1 + log.Random.Next(30); e > 0; e--)
                {
                    var size = log.Random.Next(3) == 0 ? 1 + log.Random.Next(6) : 1;
                    records.AddRange(Enumerable.Range(0, size).Select(i => new RecordPosition(log.Events, i)));
                    log.sizes.Add(size);
                }

                var array = records.ToArray();
                log.Random.Shuffle(array);
                log.Commits.Add(array);
            }

            return log;
        }

        public CoverageResult Judge(IEnumerable<RecordPosition[]> commits, SequenceRange[]? absent = null)
        {
            var coverage = new EpochCoverage(Events - 1, []);
            foreach (var commit in commits)
            {
                coverage.AddRecords(commit.ToArray());
            }

            foreach (var range in absent ?? [])
            {
                coverage.AddAbsent(range);
            }

            return coverage.Judge(0);
        }
    }
}
