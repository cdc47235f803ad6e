using System.Buffers;
using Ingest.Pipeline.Records;
using ParquetSharp;
using Column = Ingest.Pipeline.Records.Column;

namespace Ingest.Storage.Lake;

/// <summary>
/// Writes one column of a batch into one Parquet column chunk, slice by slice, from pooled scratch only. Every method closes
/// the chunk's writer when it is done.
/// </summary>
internal static class ColumnChunkWriter
{
    /// <summary>Rows a slice: its scratch stays in the second-level cache.</summary>
    public const int SliceRows = 4096;

    private static readonly short[] Present = CreatePresent();

    /// <summary>Writes an optional column, or an optional list of optional elements.</summary>
    public static void Write(ColumnWriter writer, Column column, RowSelection rows)
    {
        using var closing = writer;
        if (column is ListColumn list)
        {
            WriteTyped(writer, list.Elements, list, rows);
        }
        else
        {
            WriteTyped(writer, column, null, rows);
        }
    }

    /// <summary>Writes values that are all present into a required column.</summary>
    public static void WriteRequired(ColumnWriter writer, Int64Column column, RowSelection rows)
    {
        using var closing = writer;
        var values = new FixedValues<long>(column);
        var target = (ColumnWriter<long>)writer;
        var scratch = ArrayPool<long>.Shared.Rent(SliceRows);
        for (var offset = 0; offset < rows.Count; offset += SliceRows)
        {
            var slice = rows.Slice(offset, Math.Min(SliceRows, rows.Count - offset));
            target.WriteBatch(Values(values, slice, scratch));
        }

        ArrayPool<long>.Shared.Return(scratch);
    }

    /// <summary>Writes the same value <paramref name="count"/> times into a required column.</summary>
    public static void WriteConstant<TPhysical>(ColumnWriter writer, TPhysical value, int count)
        where TPhysical : unmanaged
    {
        using var closing = writer;
        var scratch = ArrayPool<TPhysical>.Shared.Rent(SliceRows);
        scratch.AsSpan(0, Math.Min(count, SliceRows)).Fill(value);
        for (var offset = 0; offset < count; offset += SliceRows)
        {
            ((ColumnWriter<TPhysical>)writer).WriteBatch(scratch.AsSpan(0, Math.Min(SliceRows, count - offset)));
        }

        ArrayPool<TPhysical>.Shared.Return(scratch);
    }

    /// <summary>Writes the same text <paramref name="count"/> times into a required column.</summary>
    public static unsafe void WriteConstant(ColumnWriter writer, string text, int count)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        fixed (byte* pinned = bytes)
        {
            WriteConstant(writer, new ByteArray((nint)pinned, bytes.Length), count);
        }
    }

    private static void WriteTyped(ColumnWriter writer, Column values, ListColumn? list, RowSelection rows)
    {
        switch (values)
        {
            case Int64Column { Definition.Type: ColumnType.Date } dates:
                Write<int, DateValues>(writer, new DateValues(dates), dates, list, rows);
                break;
            case Int64Column integers:
                Write<long, FixedValues<long>>(writer, new FixedValues<long>(integers), integers, list, rows);
                break;
            case DoubleColumn doubles:
                Write<double, FixedValues<double>>(writer, new FixedValues<double>(doubles), doubles, list, rows);
                break;
            case BooleanColumn booleans:
                Write<bool, FixedValues<bool>>(writer, new FixedValues<bool>(booleans), booleans, list, rows);
                break;
            case UuidColumn uuids:
                using (var pinned = new UuidValues(uuids))
                {
                    Write<FixedLenByteArray, UuidValues>(writer, pinned, uuids, list, rows);
                }

                break;
            default:
                var bytes = (BytesColumn)values;
                Write<ByteArray, BytesValues>(writer, new BytesValues(bytes), bytes, list, rows);
                GC.KeepAlive(bytes);
                break;
        }
    }

    private static void Write<TPhysical, TValues>(ColumnWriter writer, TValues values, Column column, ListColumn? list, RowSelection rows)
        where TPhysical : unmanaged
        where TValues : struct, IColumnValues<TPhysical>
    {
        var target = (ColumnWriter<TPhysical>)writer;
        var scratch = ArrayPool<TPhysical>.Shared.Rent(SliceRows);
        var levels = ArrayPool<short>.Shared.Rent(SliceRows * 2);
        var present = ArrayPool<int>.Shared.Rent(SliceRows);
        if (list is not null)
        {
            WriteList(target, values, column, list, rows, scratch, levels, present);
        }
        else
        {
            WriteFlat(target, values, column, rows, scratch, levels, present);
        }

        ArrayPool<TPhysical>.Shared.Return(scratch);
        ArrayPool<short>.Shared.Return(levels);
        ArrayPool<int>.Shared.Return(present);
    }

    private static void WriteFlat<TPhysical, TValues>(
        ColumnWriter<TPhysical> writer, TValues values, Column column, RowSelection rows, TPhysical[] scratch, short[] levels, int[] present)
        where TPhysical : unmanaged
        where TValues : struct, IColumnValues<TPhysical>
    {
        var validity = column.Validity;
        for (var offset = 0; offset < rows.Count; offset += SliceRows)
        {
            var slice = rows.Slice(offset, Math.Min(SliceRows, rows.Count - offset));
            if (column.NullCount == 0)
            {
                writer.WriteBatch(slice.Count, Present.AsSpan(0, slice.Count), [], Values(values, slice, scratch));
                continue;
            }

            var count = 0;
            for (var i = 0; i < slice.Count; i++)
            {
                var row = slice[i];
                var valid = validity[row];
                levels[i] = valid;
                present[count] = row;
                count += valid;
            }

            values.Pick(present.AsSpan(0, count), scratch);
            writer.WriteBatch(slice.Count, levels.AsSpan(0, slice.Count), [], scratch.AsSpan(0, count));
        }
    }

    // Definition levels of an optional list of optional elements: 0 no list, 1 empty list, 2 null element, 3 element.
    private static void WriteList<TPhysical, TValues>(
        ColumnWriter<TPhysical> writer, TValues values, Column elements, ListColumn list, RowSelection rows,
        TPhysical[] scratch, short[] levels, int[] present)
        where TPhysical : unmanaged
        where TValues : struct, IColumnValues<TPhysical>
    {
        var (entries, count) = (0, 0);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var (start, end) = list.Range(row);
            if (start == end)
            {
                Put((short)(list.IsNull(row) ? 0 : 1), 0);
                continue;
            }

            for (var element = start; element < end; element++)
            {
                var isNull = elements.IsNull(element);
                if (!isNull)
                {
                    present[count++] = element;
                }

                Put((short)(isNull ? 2 : 3), (short)(element == start ? 0 : 1));
            }
        }

        Flush();

        void Put(short definitionLevel, short repetitionLevel)
        {
            levels[entries] = definitionLevel;
            levels[SliceRows + entries++] = repetitionLevel;
            if (entries == SliceRows)
            {
                Flush();
            }
        }

        void Flush()
        {
            values.Pick(present.AsSpan(0, count), scratch);
            writer.WriteBatch(entries, levels.AsSpan(0, entries), levels.AsSpan(SliceRows, entries), scratch.AsSpan(0, count));
            (entries, count) = (0, 0);
        }
    }

    private static ReadOnlySpan<TPhysical> Values<TPhysical, TValues>(TValues values, RowSelection slice, TPhysical[] scratch)
        where TPhysical : unmanaged
        where TValues : struct, IColumnValues<TPhysical>
    {
        if (slice.IsRun)
        {
            return values.Run(slice.Start, slice.Count, scratch);
        }

        values.Pick(slice.Rows, scratch);
        return scratch.AsSpan(0, slice.Count);
    }

    private static short[] CreatePresent()
    {
        var levels = new short[SliceRows];
        Array.Fill(levels, (short)1);
        return levels;
    }
}
