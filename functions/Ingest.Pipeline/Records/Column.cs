using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Ingest.Pipeline.Records;

/// <summary>
/// One typed column of a <see cref="RecordBatch"/>: dense values (a null keeps its place) and a validity byte a row.
/// Built row by row, single-threaded; readable from many threads once the batch is built.
/// </summary>
public abstract class Column
{
    private const int FirstCapacity = 256;

    // Ones behind the last row: to append a value, nothing is written here.
    private byte[] validity = new byte[FirstCapacity];

    protected Column(ColumnDefinition definition)
    {
        Definition = definition;
        Array.Fill(validity, (byte)1);
    }

    public ColumnDefinition Definition { get; }

    /// <summary>Rows so far, nulls included.</summary>
    public int Count { get; private set; }

    public int NullCount { get; private set; }

    /// <summary>1 where the row has a value, 0 where it is null.</summary>
    public ReadOnlySpan<byte> Validity => validity.AsSpan(0, Count);

    /// <summary>Bytes that the column's buffers take, used or not.</summary>
    public virtual long BufferBytes => validity.Length;

    public bool IsNull(int row) => validity[row] == 0;

    public void AppendNull()
    {
        AppendDefault();
        validity[Count++] = 0;
        NullCount++;
    }

    /// <summary>Takes the rows from <paramref name="rows"/> on back.</summary>
    public void Truncate(int rows)
    {
        if (rows >= Count)
        {
            return;
        }

        if (NullCount > 0)
        {
            var taken = validity.AsSpan(rows, Count - rows);
            NullCount = rows == 0 ? 0 : NullCount - taken.Count((byte)0);
            taken.Fill(1);
        }

        Count = rows;
        TruncateValues(rows);
    }

    /// <summary>Appends the value of row <paramref name="row"/> of <paramref name="source"/>, a column of the same type.</summary>
    public abstract void AppendFrom(Column source, int row);

    /// <summary>Rows that fit before <see cref="Grow"/>: the same for validity and values.</summary>
    protected int Capacity => validity.Length;

    /// <param name="count">The column's <see cref="Count"/>, which must be below its <see cref="Capacity"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void MarkPresent(int count)
    {
        Debug.Assert(count == Count && count < Capacity && validity[count] == 1, "Values and validity grow together.");
        Count = count + 1;
    }

    /// <summary>Makes room for more rows; derived columns grow with it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected virtual void Grow()
    {
        var length = validity.Length;
        Array.Resize(ref validity, length * 2);
        validity.AsSpan(length).Fill(1);
    }

    protected abstract void AppendDefault();

    protected abstract void TruncateValues(int rows);

    public static Column Create(ColumnDefinition definition) => definition switch
    {
        { IsList: true } => new ListColumn(definition),
        { Type: ColumnType.Double } => new DoubleColumn(definition),
        { Type: ColumnType.Boolean } => new BooleanColumn(definition),
        { Type: ColumnType.String or ColumnType.Json } => new BytesColumn(definition),
        { Type: ColumnType.Uuid } => new UuidColumn(definition),
        _ => new Int64Column(definition),
    };
}
