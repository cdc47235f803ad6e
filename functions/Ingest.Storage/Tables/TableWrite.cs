using System.Collections.Concurrent;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>The rows of one batch on their way to their table: each key once, transactions of all partition keys at once.</summary>
internal sealed class TableWrite(TableWriter writer, TableRows rows) : IPreparedWrite
{
    public async Task<IReadOnlyList<RefusedRow>> SendAsync(CancellationToken cancellationToken)
    {
        var refused = new ConcurrentQueue<RefusedRow>();
        var (previous, open) = Fold();
        try
        {
            await writer.EnsureAsync(rows.Table, cancellationToken).ConfigureAwait(false);
            var write = new TableWriting(rows, previous, refused);
            await Task.WhenAll(open.Select((numbers, partition) => writer.WriteAsync(write, partition, numbers, cancellationToken))).ConfigureAwait(false);
        }
        finally
        {
            rows.Dispose();
        }

        return [.. refused];
    }

    /// <summary>The last row of each key, by partition key, and for each row the one before it with the same key, or −1.</summary>
    private (int[] Previous, List<int>[] Open) Fold()
    {
        var index = new KeyIndex(rows);
        var previous = new int[rows.All.Count];
        var isOverwritten = new bool[previous.Length];
        var overwritten = 0;
        for (var number = 0; number < previous.Length; number++)
        {
            previous[number] = -1;
            if (rows.IsExcluded(rows[number]))
            {
                isOverwritten[number] = true;
            }
            else if (index.Replace(number) is >= 0 and var before)
            {
                (previous[number], isOverwritten[before]) = (before, true);
                overwritten++;
            }
        }

        var open = new List<int>[rows.PartitionKeys.Count];
        for (var partition = 0; partition < open.Length; partition++)
        {
            open[partition] = [];
        }

        for (var number = 0; number < previous.Length; number++)
        {
            if (!isOverwritten[number])
            {
                open[rows[number].Partition].Add(number);
            }
        }

        writer.Meter.Overwritten(rows.Stream, overwritten);
        return (previous, open);
    }
}

/// <summary>One batch while it is written.</summary>
/// <param name="Previous">For each row the one before it with the same key, or −1: where the store refuses a row, that is its key's record.</param>
internal sealed record TableWriting(TableRows Rows, int[] Previous, ConcurrentQueue<RefusedRow> Refused);
