using System.Runtime.CompilerServices;

namespace Ingest.Pipeline.Records;

/// <summary>A column whose values have a fixed size.</summary>
public abstract class FixedColumn<T>(ColumnDefinition definition) : Column(definition)
    where T : unmanaged
{
    private T[] values = [];

    /// <summary>One value a row; the default where the row is null.</summary>
    public ReadOnlySpan<T> Values => values.AsSpan(0, Count);

    public ReadOnlyMemory<T> Memory => values.AsMemory(0, Count);

    public override long BufferBytes => base.BufferBytes + ((long)values.Length * Unsafe.SizeOf<T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(T value)
    {
        var (count, room) = (Count, values);
        if ((uint)count >= (uint)room.Length)
        {
            AppendBeyond(value);
            return;
        }

        room[count] = value;
        MarkPresent(count);
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

    protected override void AppendDefault()
    {
        if (Count == values.Length)
        {
            Grow();
        }

        values[Count] = default;
    }

    protected override void Grow()
    {
        if (values.Length > 0)
        {
            base.Grow();
        }

        Array.Resize(ref values, Capacity);
    }

    protected override void TruncateValues(int rows)
    {
    }

    // Apart from the usual case, which is inlined in many places.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendBeyond(T value)
    {
        Grow();
        values[Count] = value;
        MarkPresent(Count);
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
    private int[] ends = [];
    private int used;

    /// <summary>The whole buffer; pinned. Row i is the bytes from the end of row i − 1 to <see cref="Ends"/>[i].</summary>
    public ReadOnlySpan<byte> Data => data.AsSpan(0, used);

    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    public override long BufferBytes => base.BufferBytes + data.Length + ((long)ends.Length * sizeof(int));

    public ReadOnlySpan<byte> this[int row] => data.AsSpan(Start(row), ends[row] - Start(row));

    public void Append(ReadOnlySpan<byte> value)
    {
        if (data.Length - used < value.Length)
        {
            GrowData(value.Length);
        }

        value.CopyTo(data.AsSpan(used));
        Commit(value.Length);
    }

    /// <summary>Room for the next value; <see cref="Commit"/> says how much of it was used.</summary>
    /// <exception cref="InvalidOperationException">The column would exceed 2 GiB; batches are bounded far below that.</exception>
    public Span<byte> Reserve(int atMost)
    {
        if (data.Length - used < atMost)
        {
            GrowData(atMost);
        }

        return data.AsSpan(used);
    }

    public void Commit(int length)
    {
        used += length;
        var (count, room) = (Count, ends);
        if ((uint)count >= (uint)room.Length)
        {
            CommitBeyond();
            return;
        }

        room[count] = used;
        MarkPresent(count);
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

    protected override void AppendDefault()
    {
        if (Count == ends.Length)
        {
            Grow();
        }

        ends[Count] = used;
    }

    protected override void TruncateValues(int rows) => used = rows == 0 ? 0 : ends[rows - 1];

    protected override void Grow()
    {
        if (ends.Length > 0)
        {
            base.Grow();
        }

        Array.Resize(ref ends, Capacity);
    }

    private int Start(int row) => row == 0 ? 0 : ends[row - 1];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CommitBeyond()
    {
        AppendDefault();
        MarkPresent(Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GrowData(int atLeast)
    {
        var size = Math.Max(data.Length * 2L, (long)used + atLeast);
        if (size > Array.MaxLength)
        {
            throw new InvalidOperationException($"Column {Definition.Name} exceeds 2 GiB in one batch.");
        }

        var grown = GC.AllocateUninitializedArray<byte>((int)size, pinned: true);
        data.AsSpan(0, used).CopyTo(grown);
        data = grown;
    }
}

/// <summary>A list of scalars a row: the elements of all rows back to back in <see cref="Elements"/>.</summary>
public sealed class ListColumn : Column
{
    private int[] ends = [];

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
        MarkPresent(Count);
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

    protected override void Grow()
    {
        if (ends.Length > 0)
        {
            base.Grow();
        }

        Array.Resize(ref ends, Capacity);
    }

    private void PutEnd(int end)
    {
        if (Count == ends.Length)
        {
            Grow();
        }

        ends[Count] = end;
    }
}
