using Ingest.Pipeline.Progress;

namespace Ingest.Testing.Delivery;

/// <summary>Judges what a reader of lake and quarantine sees.</summary>
public static class DeliveryAudit
{
    /// <summary>What is wrong: lost, doubled, early. Empty when all promises hold from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static IReadOnlyList<string> Problems(InMemorySegmentStore segments, PartitionProgress row, long first, long last)
    {
        var problems = new List<string>(segments.Violations);
        var records = segments.Visible.Values.SelectMany(r => r).Where(r => r.Epoch == row.Epoch).ToList();
        problems.AddRange(records.GroupBy(r => r).Where(g => g.Count() > 1).Select(g => $"{g.Key} is there {g.Count()} times"));
        var absent = segments.Absent.Where(gone => gone.Epoch == row.Epoch).Select(gone => gone.Range).ToList();
        var seen = records.Select(r => r.Sequence).ToHashSet();
        problems.AddRange(absent.SelectMany(range => seen.Where(n => range.First <= n && n <= range.Last)).Select(n => $"{n} is there and on record as absent"));
        for (var sequence = first; sequence <= last; sequence++)
        {
            if (!seen.Contains(sequence) && !absent.Any(range => range.First <= sequence && sequence <= range.Last))
            {
                problems.Add($"{sequence} is lost");
            }
        }

        if (row.Durable != last)
        {
            problems.Add($"durable is {row.Durable}, not {last}");
        }

        if (records.Any(r => r.Sequence > row.Durable))
        {
            problems.Add("a record beyond durable is visible");
        }

        return problems;
    }
}
