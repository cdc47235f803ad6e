using Ingest.Pipeline.Records;

namespace Ingest.Storage.Lake;

/// <summary>Orders the rows of a segment by columns, nulls first; rows that tie keep the order of the log.</summary>
internal static class RowSorter
{
    /// <exception cref="KeyNotFoundException">The stream has no such column; loading streams.json checks this.</exception>
    /// <exception cref="NotSupportedException">A list column has no order.</exception>
    public static int[] Sort(RecordBatch batch, ReadOnlySpan<int> rows, IReadOnlyList<string> columns)
    {
        var comparisons = columns.Select(name => Comparison(batch[name])).ToArray();
        var sorted = rows.ToArray();
        sorted.AsSpan().Sort((left, right) =>
        {
            foreach (var compare in comparisons)
            {
                if (compare(left, right) is var order and not 0)
                {
                    return order;
                }
            }

            return left.CompareTo(right);
        });
        return sorted;
    }

    private static Comparison<int> Comparison(Column column)
    {
        Comparison<int> values = column switch
        {
            Int64Column integers => (left, right) => integers.Values[left].CompareTo(integers.Values[right]),
            DoubleColumn doubles => (left, right) => doubles.Values[left].CompareTo(doubles.Values[right]),
            BooleanColumn booleans => (left, right) => booleans.Values[left].CompareTo(booleans.Values[right]),
            BytesColumn bytes => (left, right) => bytes[left].SequenceCompareTo(bytes[right]),
            UuidColumn uuids => (left, right) => Bytes(uuids, left).SequenceCompareTo(Bytes(uuids, right)),
            _ => throw new NotSupportedException($"Column {column.Definition.Name} is a list; a segment cannot be sorted by it."),
        };
        return (left, right) => (column.IsNull(left), column.IsNull(right)) switch
        {
            (false, false) => values(left, right),
            (true, true) => 0,
            (true, false) => -1,
            (false, true) => 1,
        };
    }

    private static ReadOnlySpan<byte> Bytes(UuidColumn column, int row) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(column.Values.Slice(row, 1));
}
