using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>Takes the values of chosen rows out of a column, where possible from where they lie.</summary>
internal sealed class ColumnValues : IDisposable
{
    private readonly Scratch<long> longs = new();
    private readonly Scratch<double> doubles = new();
    private readonly Scratch<bool> booleans = new();
    private readonly Scratch<UInt128> uuids = new();
    private readonly Scratch<Slice> slices = new();

    /// <summary>Holds until the next call for a column of the same type.</summary>
    public ReadOnlySpan<long> Take(Int64Column column, RowSelection rows) => Take(column, rows, longs);

    public ReadOnlySpan<double> Take(DoubleColumn column, RowSelection rows) => Take(column, rows, doubles);

    public ReadOnlySpan<bool> Take(BooleanColumn column, RowSelection rows) => Take(column, rows, booleans);

    public ReadOnlySpan<UInt128> Take(UuidColumn column, RowSelection rows) => Take(column, rows, uuids);

    public ReadOnlySpan<Slice> Take(BytesColumn column, RowSelection rows)
    {
        var taken = slices.Take(rows.Count);
        var ends = column.Ends;
        if (!rows.IsRun)
        {
            for (var i = 0; i < taken.Length; i++)
            {
                var row = rows.Rows[i];
                var start = row == 0 ? 0 : ends[row - 1];
                taken[i] = new Slice(start, ends[row] - start);
            }

            return taken;
        }

        ends = ends.Slice(rows.Start, rows.Count);
        var from = rows.Start == 0 ? 0 : column.Ends[rows.Start - 1];
        for (var i = 0; i < taken.Length && i < ends.Length; i++)
        {
            var end = ends[i];
            taken[i] = new Slice(from, end - from);
            from = end;
        }

        return taken;
    }

    public void Dispose()
    {
        longs.Dispose();
        doubles.Dispose();
        booleans.Dispose();
        uuids.Dispose();
        slices.Dispose();
    }

    private static ReadOnlySpan<T> Take<T>(FixedColumn<T> column, RowSelection rows, Scratch<T> scratch)
        where T : unmanaged
    {
        var values = column.Values;
        if (rows.IsRun)
        {
            return values.Slice(rows.Start, rows.Count);
        }

        var taken = scratch.Take(rows.Count);
        for (var i = 0; i < taken.Length; i++)
        {
            taken[i] = values[rows.Rows[i]];
        }

        return taken;
    }
}
