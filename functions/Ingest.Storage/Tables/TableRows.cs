using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>One row on its way to a table.</summary>
/// <param name="Row">In the batch.</param>
/// <param name="Partition">Number of its partition key.</param>
/// <param name="KeyStart">Where its row key begins.</param>
internal readonly record struct TableRow(int Row, int Partition, int KeyStart, int KeyLength);

/// <summary>The rows of one batch that a table takes, with their keys in one buffer.</summary>
internal sealed class TableRows(string table, RecordBatch batch, EventTimes times, SegmentContext context, EntityWriter entities) : IDisposable
{
    private readonly List<TableRow> rows = new(batch.IncludedCount);
    private readonly List<byte[]> partitionKeys = [];
    private readonly Dictionary<byte[], int> partitions = new(SeededKeyComparer.Instance);

    public string Table => table;

    public string Stream => batch.Stream;

    public EntityWriter Entities => entities;

    /// <summary>All row keys back to back, in UTF-8.</summary>
    public Utf8Buffer Keys { get; } = new(batch.IncludedCount * 32);

    public IReadOnlyList<TableRow> All => rows;

    public IReadOnlyList<byte[]> PartitionKeys => partitionKeys;

    public TableRow this[int number] => rows[number];

    public void Add(int row, ReadOnlySpan<byte> partitionKey, int keyStart)
    {
        var lookup = partitions.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(partitionKey, out var partition))
        {
            partition = partitionKeys.Count;
            partitionKeys.Add(partitionKey.ToArray());
            partitions.Add(partitionKeys[^1], partition);
        }

        rows.Add(new TableRow(row, partition, keyStart, Keys.Length - keyStart));
    }

    public ReadOnlySpan<byte> KeyOf(in TableRow row) => Keys.Written.Slice(row.KeyStart, row.KeyLength);

    public string KeyTextOf(in TableRow row) => Encoding.UTF8.GetString(KeyOf(row));

    public bool IsExcluded(in TableRow row) => batch.IsExcluded(row.Row);

    public RecordOrder OrderOf(in TableRow row) => RecordOrder.Of(batch, row.Row, times, context);

    /// <summary>Tells a record from every other, but for chance.</summary>
    public ulong OriginHashOf(in TableRow row) => unchecked(
        ((ulong)context.Partition.GetHashCode() * 0x9E3779B97F4A7C15)
        ^ ((((ulong)context.Epoch << 48) + (ulong)batch.Index.Values[row.Row]) * 0xC2B2AE3D27D4EB4F)
        ^ ((ulong)batch.Sequence.Values[row.Row] * 0x165667B19E3779F9));

    public void Dispose() => Keys.Dispose();
}
