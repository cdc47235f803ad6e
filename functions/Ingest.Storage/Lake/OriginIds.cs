using System.Globalization;
using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Parquet;

namespace Ingest.Storage.Lake;

/// <summary>Column <c>_id</c>: the record's own id, or where it has none the text of its <see cref="RecordOrigin"/>.</summary>
internal static class OriginIds
{
    /// <summary>Rows a page where texts are made for it.</summary>
    private const int MadeRows = 16_384;
    private const int MaxDigits = 20;

    /// <param name="keep">Receives the compressed ids; of use only where no row lacks one.</param>
    public static void Write(ChunkWriter target, ParquetColumn spec, RecordBatch batch, RowSelection rows, SegmentContext context, SharedBodies? keep)
    {
        target.BeginTexts();
        using var text = new ByteBuffer();
        using var slices = new Scratch<Slice>();
        for (var offset = 0; offset < rows.Count;)
        {
            var count = Paging.Count(batch.Id, rows, offset);
            if (batch.Id.NullCount == 0)
            {
                target.WriteTexts(batch.Id, rows.Slice(offset, count), keep);
            }
            else
            {
                count = Math.Min(count, MadeRows);
                text.Clear();
                var page = slices.Take(count);
                Make(batch, rows.Slice(offset, count), context, text, page);
                target.WriteTexts(text.Written, page);
            }

            offset += count;
        }

        target.EndTexts(spec);
    }

    /// <summary>The id as text, the way the column holds it.</summary>
    public static string TextOf(RecordBatch batch, int row, SegmentContext context) => batch.Id.IsNull(row)
        ? new RecordOrigin(context.Partition, context.Epoch, batch.Sequence.Values[row], (int)batch.Index.Values[row]).ToString()
        : Encoding.UTF8.GetString(batch.Id[row]);

    private static void Make(RecordBatch batch, RowSelection rows, SegmentContext context, ByteBuffer text, Span<Slice> slices)
    {
        var prefix = Encoding.UTF8.GetBytes(Prefix(context));
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, start) = (rows[i], text.Length);
            if (batch.Id.IsNull(row))
            {
                var room = text.Reserve(prefix.Length + MaxDigits + 1 + MaxDigits);
                text.Advance(Format(prefix, batch.Sequence.Values[row], batch.Index.Values[row], room));
            }
            else
            {
                text.Write(batch.Id[row]);
            }

            slices[i] = new Slice(start, text.Length - start);
        }
    }

    private static string Prefix(SegmentContext context)
    {
        var text = new RecordOrigin(context.Partition, context.Epoch, 0, 0).ToString();
        return text[..^"0/0".Length];
    }

    private static int Format(ReadOnlySpan<byte> prefix, long sequence, long index, Span<byte> into)
    {
        prefix.CopyTo(into);
        var length = prefix.Length;
        sequence.TryFormat(into[length..], out var written, provider: CultureInfo.InvariantCulture);
        length += written;
        into[length++] = (byte)'/';
        index.TryFormat(into[length..], out written, provider: CultureInfo.InvariantCulture);
        return length + written;
    }
}
