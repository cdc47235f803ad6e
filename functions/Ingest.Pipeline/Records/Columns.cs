using System.Runtime.CompilerServices;

namespace Ingest.Pipeline.Records;

/// <summary>A column whose values have a fixed size.</summary>
public abstract class FixedColumn<T>(ColumnDefinition definition) : Column(definition)
    where T : unmanaged
{
    private T[] values = new T[256];

    /// <summary>One value a row; the default where the row is null.</summary>
    public ReadOnlySpan<T> Values => values.AsSpan(0, Count);

    public ReadOnlyMemory<T> Memory => values.AsMemory(0, Count);

    public override long BufferBytes => base.BufferBytes + ((long)values.Length * Unsafe.SizeOf<T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(T value)
    {
        Put(value);
        MarkPresent();
    }

    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
        }
        else
        {
            Append(((FixedColumn<T>)source).values[row]);
        }
    }

    protected override void AppendDefault() => Put(default);

    protected override void TruncateValues(int rows)
    {
    }

    private void Put(T value)
    {
        if (Count == values.Length)
        {
            Array.Resize(ref values, Count * 2);
        }

        values[Count] = value;
    }
}

/// <summary>Int64, Timestamp (microseconds) and Date (days).</summary>
public sealed class Int64Column(ColumnDefinition definition) : FixedColumn<long>(definition);

public sealed class DoubleColumn(ColumnDefinition definition) : FixedColumn<double>(definition);

public sealed class BooleanColumn(ColumnDefinition definition) : FixedColumn<bool>(definition);

/// <summary>UUIDs as 16 big-endian bytes: <see cref="Guid.ToByteArray(bool)"/> with <c>bigEndian: true</c>.</summary>
public sealed class UuidColumn(ColumnDefinition definition) : FixedColumn<UInt128>(definition);

/// <summary>String and Json: UTF-8 bytes back to back in one pinned buffer, so that native writers can take slices without a copy.</summary>
public sealed class BytesColumn(ColumnDefinition definition) : Column(definition)
{
    private byte[] data = GC.AllocateUninitializedArray<byte>(4096, pinned: true);
    private int[] ends = new int[256];

    /// <summary>The whole buffer; pinned. Row i is the bytes from the end of row i − 1 to <see cref="Ends"/>[i].</summary>
    public ReadOnlySpan<byte> Data => data.AsSpan(0, Count == 0 ? 0 : ends[Count - 1]);

    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    public override long BufferBytes => base.BufferBytes + data.Length + ((long)ends.Length * sizeof(int));

    public ReadOnlySpan<byte> this[int row] => data.AsSpan(Start(row), ends[row] - Start(row));

    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Commit(value.Length);
    }

    /// <summary>Room for the next value; <see cref="Commit"/> says how much of it was used.</summary>
    /// <exception cref="InvalidOperationException">The column would exceed 2 GiB; batches are bounded far below that.</exception>
    public Span<byte> Reserve(int atMost)
    {
        var start = Count == 0 ? 0 : ends[Count - 1];
        if (data.Length - start < atMost)
        {
            var size = Math.Max((long)data.Length * 2, (long)start + atMost);
            if (size > Array.MaxLength)
            {
                throw new InvalidOperationException($"Column {Definition.Name} exceeds 2 GiB in one batch.");
            }

            var grown = GC.AllocateUninitializedArray<byte>((int)size, pinned: true);
            data.AsSpan(0, start).CopyTo(grown);
            data = grown;
        }

        return data.AsSpan(start);
    }

    public void Commit(int length)
    {
        PutEnd(length);
        MarkPresent();
    }

    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
        }
        else
        {
            Append(((BytesColumn)source)[row]);
        }
    }

    protected override void AppendDefault() => PutEnd(0);

    protected override void TruncateValues(int rows)
    {
    }

    private int Start(int row) => row == 0 ? 0 : ends[row - 1];

    private void PutEnd(int length)
    {
        if (Count == ends.Length)
        {
            Array.Resize(ref ends, Count * 2);
        }

        ends[Count] = (Count == 0 ? 0 : ends[Count - 1]) + length;
    }
}

/// <summary>A list of scalars a row: the elements of all rows back to back in <see cref="Elements"/>.</summary>
public sealed class ListColumn : Column
{
    private int[] ends = new int[256];

    public ListColumn(ColumnDefinition definition)
        : base(definition) => Elements = Create(definition with { IsList = false, Nullable = true });

    /// <summary>Append the elements of the next row here, then call <see cref="CommitRow"/>.</summary>
    public Column Elements { get; }

    public override long BufferBytes => base.BufferBytes + ((long)ends.Length * sizeof(int)) + Elements.BufferBytes;

    /// <summary>End (exclusive) of each row's elements.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    public (int Start, int End) Range(int row) => (row == 0 ? 0 : ends[row - 1], ends[row]);

    /// <summary>Makes what was appended to <see cref="Elements"/> since the last row the next row's value.</summary>
    public void CommitRow()
    {
        PutEnd(Elements.Count);
        MarkPresent();
    }

    /// <summary>Takes back elements that were appended but not committed.</summary>
    public void RollbackRow() => Elements.Truncate(Count == 0 ? 0 : ends[Count - 1]);

    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
            return;
        }

        var list = (ListColumn)source;
        var (start, end) = list.Range(row);
        for (var i = start; i < end; i++)
        {
            Elements.AppendFrom(list.Elements, i);
        }

        CommitRow();
    }

    protected override void AppendDefault() => PutEnd(Count == 0 ? 0 : ends[Count - 1]);

    protected override void TruncateValues(int rows) => Elements.Truncate(rows == 0 ? 0 : ends[rows - 1]);

    private void PutEnd(int end)
    {
        if (Count == ends.Length)
        {
            Array.Resize(ref ends, Count * 2);
        }

        ends[Count] = end;
    }
}
