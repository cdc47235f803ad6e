namespace Ingest.Cli.Audit;

/// <summary>A record's place in its partition's log.</summary>
/// <param name="Sequence">Sequence number of the event.</param>
/// <param name="Index">Position inside the event, from 0.</param>
public readonly record struct RecordPosition(long Sequence, int Index) : IComparable<RecordPosition>
{
    public int CompareTo(RecordPosition other) =>
        Sequence == other.Sequence ? Index.CompareTo(other.Index) : Sequence.CompareTo(other.Sequence);
}

/// <summary>
/// Which sequence numbers of one epoch of one partition are at rest, and how often. Pure arithmetic: it is fed the records
/// of one commit after the other and forgets them, so that its memory is that of one commit and of the ranges.
/// </summary>
public sealed class EpochCoverage
{
    private readonly long durable;
    private readonly SequenceRanges covered = new();
    private readonly SequenceRanges absent = new();
    private readonly SequenceRanges pending = new();
    private long duplicates;
    private long indexHoles;

    /// <param name="durable">Records beyond it are not judged: they were committed after the progress row was read. <see cref="long.MaxValue"/> where no row speaks for the epoch any more.</param>
    /// <param name="pendingCommits">Ranges of commits that are not fully published: what lacks there is on its way, not missing.</param>
    public EpochCoverage(long durable, IEnumerable<SequenceRange> pendingCommits)
    {
        ArgumentNullException.ThrowIfNull(pendingCommits);
        this.durable = durable;
        foreach (var range in pendingCommits)
        {
            pending.Add(range);
        }
    }

    /// <summary>Lowest sequence number seen, absent ones included; null where there was none.</summary>
    public long? First => (covered.First, absent.First) switch
    {
        (null, var a) => a,
        (var c, null) => c,
        var (c, a) => Math.Min(c.Value, a.Value),
    };

    /// <summary>Highest sequence number seen, absent ones included; null where there was none.</summary>
    public long? Last => (covered.Last, absent.Last) switch
    {
        (null, var a) => a,
        (var c, null) => c,
        var (c, a) => Math.Max(c.Value, a.Value),
    };

    /// <summary>
    /// Adds records. All records of one event must come in one call: a second call that holds the same event means that the
    /// event was committed twice, and all its records count as duplicates.
    /// </summary>
    /// <param name="records">In any order; sorted in place.</param>
    public void AddRecords(Span<RecordPosition> records)
    {
        records.Sort();
        var run = new SequenceRange(0, -1);
        for (var i = 0; i < records.Length && records[i].Sequence <= durable;)
        {
            var sequence = records[i].Sequence;
            var wasCovered = covered.Contains(sequence);
            var count = 0;
            var distinct = 0;
            for (; i < records.Length && records[i].Sequence == sequence; i++, count++)
            {
                if (count == 0 || records[i].Index != records[i - 1].Index)
                {
                    distinct++;
                }
            }

            if (wasCovered)
            {
                duplicates += count;
                continue;
            }

            duplicates += count - distinct;
            indexHoles += pending.Contains(sequence) ? 0 : records[i - 1].Index + 1 - distinct;
            if (!run.IsEmpty && sequence == run.Last + 1)
            {
                run = run with { Last = sequence };
            }
            else
            {
                covered.Add(run);
                run = new(sequence, sequence);
            }
        }

        covered.Add(run);
    }

    /// <summary>Adds numbers that are on record as lost upstream. A number recorded twice counts as a duplicate.</summary>
    public void AddAbsent(SequenceRange range) => duplicates += absent.Add(range.Intersect(new(long.MinValue, durable)));

    /// <summary>Judges the numbers from <paramref name="first"/> to the durable one, or to the highest seen where that is lower.</summary>
    /// <param name="first">Where the partition began.</param>
    public CoverageResult Judge(long first)
    {
        // Without a durable number (an older epoch) nothing is known beyond the last record.
        var judged = new SequenceRange(first, durable == long.MaxValue ? Last ?? first - 1 : durable);
        long missing = 0;
        long awaited = 0;
        var gaps = new SequenceRanges();
        var lost = new List<SequenceRange>();
        long contradictions = 0;
        foreach (var range in absent.Ranges)
        {
            contradictions += covered.CountWithin(range);
            gaps.Add(range);
        }

        foreach (var uncovered in covered.Missing(judged))
        {
            foreach (var range in absent.Missing(uncovered))
            {
                foreach (var gone in pending.Missing(range))
                {
                    missing += gone.Count;
                    lost.Add(gone);
                    gaps.Add(gone);
                }

                awaited += pending.CountWithin(range);
            }
        }

        return new CoverageResult(
            judged, judged.Count, missing + indexHoles, duplicates + contradictions, absent.Count, awaited, gaps.Ranges.Count, lost);
    }
}

/// <param name="Judged">The numbers that were judged.</param>
/// <param name="Events">How many they are.</param>
/// <param name="Missing">Events without a record (one each: nobody knows how many records they had), and holes between the records of one event.</param>
/// <param name="Duplicates">Records beyond the first of their (sequence, index), and numbers both at rest and recorded as lost.</param>
/// <param name="Absent">Numbers recorded as lost upstream.</param>
/// <param name="Awaited">Events without a record yet whose commit is not fully published.</param>
/// <param name="Gaps">Ranges without records, missing or recorded as lost.</param>
/// <param name="MissingRanges">The missing numbers, ascending.</param>
public sealed record CoverageResult(
    SequenceRange Judged, long Events, long Missing, long Duplicates, long Absent, long Awaited, int Gaps, IReadOnlyList<SequenceRange> MissingRanges);
