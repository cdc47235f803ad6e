namespace Ingest.Cli.Audit;

/// <summary>
/// A set of sequence numbers as sorted, disjoint, non-adjacent ranges. A partition without losses is one range, however
/// many events it had: that is what keeps the audit of tens of millions of rows small.
/// </summary>
public sealed class SequenceRanges
{
    private readonly List<SequenceRange> ranges = [];

    public IReadOnlyList<SequenceRange> Ranges => ranges;

    public long Count => ranges.Sum(r => r.Count);

    public long? First => ranges.Count == 0 ? null : ranges[0].First;

    public long? Last => ranges.Count == 0 ? null : ranges[^1].Last;

    /// <summary>Adds the range. Returns how many of its numbers were there before.</summary>
    public long Add(SequenceRange range)
    {
        if (range.IsEmpty)
        {
            return 0;
        }

        // Every range that overlaps or touches the new one melts into it.
        var from = FindFirstEndingAtOrAfter(range.First - 1);
        var to = from;
        var merged = range;
        long overlap = 0;
        while (to < ranges.Count && ranges[to].First <= range.Last + 1)
        {
            overlap += ranges[to].Intersect(range).Count;
            merged = new(Math.Min(merged.First, ranges[to].First), Math.Max(merged.Last, ranges[to].Last));
            to++;
        }

        ranges.RemoveRange(from, to - from);
        ranges.Insert(from, merged);
        return overlap;
    }

    public bool Contains(long number)
    {
        var at = FindFirstEndingAtOrAfter(number);
        return at < ranges.Count && ranges[at].First <= number;
    }

    /// <summary>How many numbers of <paramref name="range"/> are in the set.</summary>
    public long CountWithin(SequenceRange range)
    {
        long count = 0;
        for (var i = FindFirstEndingAtOrAfter(range.First); i < ranges.Count && ranges[i].First <= range.Last; i++)
        {
            count += ranges[i].Intersect(range).Count;
        }

        return count;
    }

    /// <summary>The numbers of <paramref name="range"/> that are not in the set, ascending.</summary>
    public IEnumerable<SequenceRange> Missing(SequenceRange range)
    {
        var next = range.First;
        for (var i = FindFirstEndingAtOrAfter(range.First); i < ranges.Count && ranges[i].First <= range.Last; i++)
        {
            if (ranges[i].First > next)
            {
                yield return new(next, ranges[i].First - 1);
            }

            next = ranges[i].Last + 1;
        }

        if (next <= range.Last)
        {
            yield return new(next, range.Last);
        }
    }

    private int FindFirstEndingAtOrAfter(long number)
    {
        // The log is read in order: nearly every call asks for the end.
        if (ranges.Count == 0 || ranges[^1].Last < number)
        {
            return ranges.Count;
        }

        var low = 0;
        var high = ranges.Count - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Last < number)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
