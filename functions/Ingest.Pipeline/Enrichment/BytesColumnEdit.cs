using System.Buffers;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>What becomes of one value.</summary>
internal interface IValueEdit
{
    /// <summary>Appends one value, or null, in place of <paramref name="value"/>.</summary>
    void Append(ReadOnlySpan<byte> value, BytesColumn to);
}

/// <summary>Replaces the values of a text column where they are, from pooled scratch only.</summary>
internal static class BytesColumnEdit
{
    /// <summary>Edits every value that is not null; excluded rows too, so that nothing readable stays behind.</summary>
    public static void Replace<TEdit>(BytesColumn column, TEdit edit)
        where TEdit : struct, IValueEdit, allows ref struct
    {
        var rows = column.Count;
        var data = ArrayPool<byte>.Shared.Rent(column.Data.Length);
        var ends = ArrayPool<int>.Shared.Rent(rows);
        var validity = ArrayPool<byte>.Shared.Rent(rows);
        column.Data.CopyTo(data);
        column.Ends.CopyTo(ends);
        column.Validity.CopyTo(validity);
        column.Truncate(0);
        var start = 0;
        for (var row = 0; row < rows; row++)
        {
            if (validity[row] == 0)
            {
                column.AppendNull();
            }
            else
            {
                edit.Append(data.AsSpan(start, ends[row] - start), column);
            }

            start = ends[row];
        }

        ArrayPool<byte>.Shared.Return(data);
        ArrayPool<int>.Shared.Return(ends);
        ArrayPool<byte>.Shared.Return(validity);
    }
}
