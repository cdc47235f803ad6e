using System.Collections.Concurrent;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>The rows of one batch, folded to the newest of each key when they are sent.</summary>
internal sealed class LatestWrite(LatestWriter writer, LatestRows latest, RecordBatch batch, List<LatestRow> rows) : IPreparedWrite
{
    private const int MaxOperations = 100;

    /// <summary>
    /// A transaction's body may have 4 MiB. A character counts two bytes in an entity and up to six as escaped JSON, hence
    /// the third; the rest is left to headers and names.
    /// </summary>
    private const int MaxTransactionBytes = 1200 * 1024;

    public async Task<IReadOnlyList<RefusedRow>> SendAsync(CancellationToken cancellationToken)
    {
        var refused = new ConcurrentQueue<RefusedRow>();
        var partitions = rows.Where(row => !batch.IsExcluded(row.Row)).GroupBy(row => row.PartitionKey, StringComparer.Ordinal);
        await Task.WhenAll(partitions.SelectMany(Transactions).Select(async keys =>
        {
            foreach (var row in await writer.WriteAsync(latest, keys, cancellationToken).ConfigureAwait(false))
            {
                refused.Enqueue(row);
            }
        })).ConfigureAwait(false);
        return [.. refused];
    }

    private static IEnumerable<List<LatestKey>> Transactions(IGrouping<string, LatestRow> partition)
    {
        var keys = new List<LatestKey>();
        var bytes = 0L;
        foreach (var rowsOfKey in partition.GroupBy(row => row.RowKey, StringComparer.Ordinal))
        {
            var key = new LatestKey([.. rowsOfKey.OrderByDescending(row => row.Order)]);
            if (keys.Count == MaxOperations || (keys.Count > 0 && bytes + key.Newest.Bytes > MaxTransactionBytes))
            {
                yield return keys;
                (keys, bytes) = ([], 0);
            }

            keys.Add(key);
            bytes += key.Newest.Bytes;
        }

        yield return keys;
    }
}

/// <summary>The candidates for one key, newest first: where the store refuses the newest, the next one is the key's latest record.</summary>
internal sealed class LatestKey(LatestRow[] newestFirst)
{
    private int current;

    public bool IsDone => current == newestFirst.Length;

    public LatestRow Newest => newestFirst[current];

    public void DropNewest() => current++;

    public void Finish() => current = newestFirst.Length;
}
