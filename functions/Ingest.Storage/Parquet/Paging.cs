using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>Where a chunk is cut into pages: at rows, so that readers need not hold more than about a megabyte of it at a time.</summary>
internal static class Paging
{
    public const int MaxValues = 65_536;
    public const int MaxTextBytes = 1024 * 1024;

    /// <summary>Rows of the page that begins at <paramref name="offset"/>: at least one, however large it is.</summary>
    public static int Count(Column column, RowSelection rows, int offset)
    {
        var rest = Math.Min(rows.Count - offset, MaxValues);
        if (column is not (ListColumn or BytesColumn) || IsSmall(column, rows, offset, rest))
        {
            return rest;
        }

        var (count, values, bytes) = (0, 0L, 0L);
        for (; count < rest; count++)
        {
            var (rowValues, rowBytes) = Size(column, rows[offset + count]);
            values += rowValues;
            bytes += rowBytes;
            if (count > 0 && (values > MaxValues || bytes > MaxTextBytes))
            {
                break;
            }
        }

        return count;
    }

    // The usual case, answered without looking at every row.
    private static bool IsSmall(Column column, RowSelection rows, int offset, int count)
    {
        if (!rows.IsRun || count == 0 || column is not BytesColumn texts)
        {
            return false;
        }

        var first = rows[offset];
        return texts.Ends[first + count - 1] - (first == 0 ? 0 : texts.Ends[first - 1]) <= MaxTextBytes;
    }

    private static (long Values, long Bytes) Size(Column column, int row)
    {
        if (column is not ListColumn list)
        {
            return (1, ((BytesColumn)column)[row].Length);
        }

        var (start, end) = list.Range(row);
        if (list.Elements is not BytesColumn texts || start == end)
        {
            return (Math.Max(1, end - start), 0);
        }

        return (end - start, texts.Ends[end - 1] - (start == 0 ? 0 : texts.Ends[start - 1]));
    }
}
