using System.Buffers.Binary;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>
/// Parquet's levels: which rows have a value, and how elements form lists. An optional list of optional elements has the
/// definition levels 0 no list, 1 empty list, 2 null element, 3 element; its first element has the repetition level 0.
/// </summary>
internal sealed class Levels : IDisposable
{
    private const int ListDefinitionBits = 2;

    private readonly Scratch<int> presentScratch = new();
    private readonly Scratch<byte> definitions = new();
    private readonly Scratch<byte> repetitions = new();

    /// <summary>The places in the column of values, a list's elements where it is a list, that are not null.</summary>
    public RowSelection Present(Column column, RowSelection rows)
    {
        if (column is ListColumn list)
        {
            return Elements(list, rows);
        }

        if (column.NullCount == 0)
        {
            return rows;
        }

        var validity = column.Validity;
        var present = presentScratch.Take(rows.Count);
        var count = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            present[count] = row;
            count += validity[row];
        }

        return count == rows.Count ? rows : RowSelection.Ordered(present[..count]);
    }

    /// <summary>Writes the levels of an optional column.</summary>
    /// <returns>Values, nulls included, and how many of them are nulls. Null and empty lists count as nulls.</returns>
    public (int Entries, int Nulls) Write(Column column, RowSelection rows, ByteBuffer target)
    {
        if (column is ListColumn list)
        {
            return WriteList(list, rows, target);
        }

        var start = Begin(target);
        if (column.NullCount == 0)
        {
            RunLength.WriteRun(1, rows.Count, 1, target);
            End(start, target);
            return (rows.Count, 0);
        }

        var validity = rows.IsRun ? column.Validity.Slice(rows.Start, rows.Count) : Pick(column.Validity, rows.Rows);
        RunLength.Write(validity, 1, target);
        End(start, target);
        return (rows.Count, validity.Count((byte)0));
    }

    public void Dispose()
    {
        presentScratch.Dispose();
        definitions.Dispose();
        repetitions.Dispose();
    }

    private RowSelection Elements(ListColumn list, RowSelection rows)
    {
        if (rows.IsRun && list.Elements.NullCount == 0)
        {
            var (first, last) = rows.Count == 0 ? (0, 0) : (list.Range(rows[0]).Start, list.Range(rows[rows.Count - 1]).End);
            return new RowSelection(first, last - first);
        }

        var present = presentScratch.Take(CountElements(list, rows));
        var count = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (start, end) = list.Range(rows[i]);
            for (var element = start; element < end; element++)
            {
                present[count] = element;
                count += list.Elements.Validity[element];
            }
        }

        return RowSelection.Ordered(present[..count]);
    }

    private ReadOnlySpan<byte> Pick(ReadOnlySpan<byte> validity, ReadOnlySpan<int> rows)
    {
        var picked = definitions.Take(rows.Length);
        for (var i = 0; i < picked.Length; i++)
        {
            picked[i] = validity[rows[i]];
        }

        return picked;
    }

    private (int Entries, int Nulls) WriteList(ListColumn list, RowSelection rows, ByteBuffer target)
    {
        var most = checked(CountElements(list, rows) + rows.Count);
        var definition = definitions.Take(most);
        var repetition = repetitions.Take(most);
        var validity = list.Elements.Validity;
        var count = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var (start, end) = list.Range(row);
            if (start == end)
            {
                (definition[count], repetition[count]) = ((byte)(list.IsNull(row) ? 0 : 1), 0);
                count++;
                continue;
            }

            repetition[count] = 0;
            repetition.Slice(count + 1, end - start - 1).Fill(1);
            for (var element = start; element < end; element++)
            {
                definition[count++] = (byte)(2 + validity[element]);
            }
        }

        var begin = Begin(target);
        RunLength.Write<byte>(repetition[..count], 1, target);
        End(begin, target);
        begin = Begin(target);
        RunLength.Write<byte>(definition[..count], ListDefinitionBits, target);
        End(begin, target);
        return (count, count - definition[..count].Count((byte)3));
    }

    /// <summary>Elements of the rows' lists, nulls included.</summary>
    public static int CountElements(ListColumn list, RowSelection rows)
    {
        if (rows.Count > 0 && rows.IsRun)
        {
            return list.Range(rows[rows.Count - 1]).End - list.Range(rows[0]).Start;
        }

        var count = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (start, end) = list.Range(rows[i]);
            count = checked(count + end - start);
        }

        return count;
    }

    // Levels stand behind their length in four bytes.
    private static int Begin(ByteBuffer target)
    {
        var start = target.Length;
        target.Reserve(sizeof(int));
        target.Advance(sizeof(int));
        return start;
    }

    private static void End(int start, ByteBuffer target) =>
        BinaryPrimitives.WriteInt32LittleEndian(target.At(start, sizeof(int)), target.Length - start - sizeof(int));
}
