using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ingest.Pipeline.Records;
using ParquetSharp;

namespace Ingest.Storage.Lake;

/// <summary>The values of a column in the physical form that Parquet's writer takes.</summary>
internal interface IColumnValues<TPhysical>
    where TPhysical : unmanaged
{
    /// <summary>A run of rows, all of them present; in place where the physical form allows it, else in <paramref name="scratch"/>.</summary>
    ReadOnlySpan<TPhysical> Run(int start, int count, Span<TPhysical> scratch);

    /// <summary>The values of the given rows, all of them present.</summary>
    void Pick(ReadOnlySpan<int> rows, Span<TPhysical> into);
}

internal readonly struct FixedValues<T>(FixedColumn<T> column) : IColumnValues<T>
    where T : unmanaged
{
    public ReadOnlySpan<T> Run(int start, int count, Span<T> scratch) => column.Values.Slice(start, count);

    public void Pick(ReadOnlySpan<int> rows, Span<T> into)
    {
        var values = column.Values;
        for (var i = 0; i < rows.Length; i++)
        {
            into[i] = values[rows[i]];
        }
    }
}

/// <summary>Days: int64 in a batch, int32 in Parquet.</summary>
internal readonly struct DateValues(Int64Column column) : IColumnValues<int>
{
    public ReadOnlySpan<int> Run(int start, int count, Span<int> scratch)
    {
        var values = column.Values.Slice(start, count);
        for (var i = 0; i < count; i++)
        {
            scratch[i] = checked((int)values[i]);
        }

        return scratch[..count];
    }

    public void Pick(ReadOnlySpan<int> rows, Span<int> into)
    {
        var values = column.Values;
        for (var i = 0; i < rows.Length; i++)
        {
            into[i] = checked((int)values[rows[i]]);
        }
    }
}

/// <summary>Slices of the column's own buffer. It is allocated pinned, so the addresses hold while the column is referenced.</summary>
internal readonly unsafe struct BytesValues(BytesColumn column) : IColumnValues<ByteArray>
{
    private readonly byte* data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(column.Data));

    public ReadOnlySpan<ByteArray> Run(int start, int count, Span<ByteArray> scratch)
    {
        var ends = column.Ends;
        var from = start == 0 ? 0 : ends[start - 1];
        for (var i = 0; i < count; i++)
        {
            var end = ends[start + i];
            scratch[i] = new ByteArray((nint)(data + from), end - from);
            from = end;
        }

        return scratch[..count];
    }

    public void Pick(ReadOnlySpan<int> rows, Span<ByteArray> into)
    {
        var ends = column.Ends;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var from = row == 0 ? 0 : ends[row - 1];
            into[i] = new ByteArray((nint)(data + from), ends[row] - from);
        }
    }
}

/// <summary>UUIDs: the 16 bytes of each value in memory are the UUID's bytes in the order of its text.</summary>
internal readonly unsafe struct UuidValues : IColumnValues<FixedLenByteArray>, IDisposable
{
    private readonly MemoryHandle pin;

    public UuidValues(UuidColumn column) => pin = column.Memory.Pin();

    public ReadOnlySpan<FixedLenByteArray> Run(int start, int count, Span<FixedLenByteArray> scratch)
    {
        for (var i = 0; i < count; i++)
        {
            scratch[i] = At(start + i);
        }

        return scratch[..count];
    }

    public void Pick(ReadOnlySpan<int> rows, Span<FixedLenByteArray> into)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            into[i] = At(rows[i]);
        }
    }

    public void Dispose() => pin.Dispose();

    private FixedLenByteArray At(int row) => new((nint)((UInt128*)pin.Pointer + row));
}
