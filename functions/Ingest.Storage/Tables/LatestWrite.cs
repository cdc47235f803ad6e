using System.Collections.Concurrent;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>The rows of one batch, folded to the newest of each key when they are sent.</summary>
internal sealed class LatestWrite(LatestWriter writer, TableRows rows) : IPreparedWrite
{
    public async Task<IReadOnlyList<RefusedRow>> SendAsync(CancellationToken cancellationToken)
    {
        var refused = new ConcurrentQueue<RefusedRow>();
        try
        {
            await writer.EnsureAsync(rows.Table, cancellationToken).ConfigureAwait(false);
            var transactions = rows.All.Where(row => !rows.IsExcluded(row)).GroupBy(row => row.Partition)
                .SelectMany(partition => Keys(partition).Chunk(TransactionBody.MaxOperations), (partition, keys) => (partition.Key, keys));
            await Task.WhenAll(transactions.Select(t => writer.WriteAsync(rows, t.Key, t.keys, refused, cancellationToken))).ConfigureAwait(false);
        }
        finally
        {
            rows.Dispose();
        }

        return [.. refused];
    }

    private IEnumerable<LatestKey> Keys(IEnumerable<TableRow> partition) => partition
        .GroupBy(row => rows.KeyTextOf(row), StringComparer.Ordinal)
        .Select(key => new LatestKey(key.Key, [.. key.Select(row => (row, rows.OrderOf(row))).OrderByDescending(row => row.Item2)]));
}

/// <summary>The candidates for one key, newest first: where the store refuses the newest, the next one is the key's latest record.</summary>
internal sealed class LatestKey(string rowKey, (TableRow Row, RecordOrder Order)[] newestFirst)
{
    private int current;

    public string RowKey => rowKey;

    public bool IsDone => current == newestFirst.Length;

    public (TableRow Row, RecordOrder Order) Newest => newestFirst[current];

    public void DropNewest() => current++;

    public void Finish() => current = newestFirst.Length;
}
