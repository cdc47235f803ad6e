using System.Collections.Immutable;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>What an operator may do to a progress row (<c>ingest progress …</c>), as pure functions of the row.</summary>
public static class ProgressCommands
{
    /// <summary>Goes on behind <paramref name="last"/> and leaves what lies before to the sweeper, which fetches it in small batches.</summary>
    /// <param name="enqueuedUnixMs">When the last skipped event was enqueued: what is committed later lies in that hour's folder or a later one.</param>
    /// <exception cref="ArgumentException">The row lies there or beyond already.</exception>
    public static PartitionProgress Skip(PartitionProgress row, long last, long enqueuedUnixMs)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (last <= row.Durable)
        {
            throw new ArgumentException($"Everything up to {row.Durable} is durable; there is nothing to skip up to {last}.", nameof(last));
        }

        return row with
        {
            Durable = last,
            Offset = null,
            Skipped = Merge(row.Skipped.Add(new EventRange(row.Durable + 1, last))),
            EnqueuedMax = Math.Max(row.EnqueuedMax, enqueuedUnixMs),
        };
    }

    /// <summary>
    /// Begins a new epoch of the same hub behind <paramref name="durable"/>: numbers are used again. What was pending must be
    /// published. What was skipped is still fetched as far as the hub has it under its old numbers, and given up beyond: those
    /// numbers are other events by now.
    /// </summary>
    /// <param name="row">Its skipped ranges hold no number of which anything is at rest: the new epoch would write it a second time.</param>
    /// <exception cref="ArgumentException">The row still names pending segments.</exception>
    public static PartitionProgress NewEpoch(PartitionProgress row, HubState hub, long durable)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(hub);
        if (!row.Pending.IsEmpty)
        {
            throw new ArgumentException($"{row.Pending.Length} segments are committed and not yet published.", nameof(row));
        }

        var fetched = row.Skipped.Where(range => range.First <= durable).Select(range => range with { Last = Math.Min(range.Last, durable) }).ToImmutableArray();
        return row with
        {
            Epoch = row.Epoch + 1,
            HubCreated = hub.CreatedUnixMs,
            Durable = durable,
            Offset = null,
            Skipped = fetched,
            Totals = row.Totals with { Absent = row.Totals.Absent + row.Skipped.Sum(range => range.Count) - fetched.Sum(range => range.Count) },
        };
    }

    private static ImmutableArray<EventRange> Merge(ImmutableArray<EventRange> ranges)
    {
        var merged = ImmutableArray.CreateBuilder<EventRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && merged[^1].Last + 1 == range.First)
            {
                merged[^1] = merged[^1] with { Last = range.Last };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.ToImmutable();
    }
}
