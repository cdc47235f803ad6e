using System.Buffers;
using System.Globalization;
using Encoding = System.Text.Encoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using ParquetSharp;

namespace Ingest.Storage.Lake;

/// <summary>Column <c>_id</c>: the record's own id, or where it has none the text of its <see cref="RecordOrigin"/>.</summary>
internal static class OriginIds
{
    private const int SliceRows = 4096;
    private const int MaxDigits = 20;

    public static unsafe void Write(ColumnWriter writer, RecordBatch batch, RowSelection rows, SegmentContext context)
    {
        using var closing = writer;
        var target = (ColumnWriter<ByteArray>)writer;
        var values = new BytesValues(batch.Id);
        var prefix = Encoding.UTF8.GetBytes(Prefix(context));
        var slices = ArrayPool<ByteArray>.Shared.Rent(SliceRows);
        var text = batch.Id.NullCount == 0 ? [] : ArrayPool<byte>.Shared.Rent(SliceRows * (prefix.Length + MaxDigits + 1 + MaxDigits));
        fixed (byte* pinned = text)
        {
            for (var offset = 0; offset < rows.Count; offset += SliceRows)
            {
                var slice = rows.Slice(offset, Math.Min(SliceRows, rows.Count - offset));
                if (batch.Id.NullCount == 0 && slice.IsRun)
                {
                    target.WriteBatch(values.Run(slice.Start, slice.Count, slices));
                    continue;
                }

                var used = 0;
                for (var i = 0; i < slice.Count; i++)
                {
                    var row = slice[i];
                    if (!batch.Id.IsNull(row))
                    {
                        values.Pick([row], slices.AsSpan(i, 1));
                        continue;
                    }

                    var length = Format(prefix, batch.Sequence.Values[row], batch.Index.Values[row], text.AsSpan(used));
                    slices[i] = new ByteArray((nint)(pinned + used), length);
                    used += length;
                }

                target.WriteBatch(slices.AsSpan(0, slice.Count));
            }
        }

        ArrayPool<ByteArray>.Shared.Return(slices);
        if (text.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(text);
        }

        GC.KeepAlive(batch);
    }

    /// <summary>The id as text, the way the column holds it.</summary>
    public static string TextOf(RecordBatch batch, int row, SegmentContext context) => batch.Id.IsNull(row)
        ? new RecordOrigin(context.Partition, context.Epoch, batch.Sequence.Values[row], (int)batch.Index.Values[row]).ToString()
        : Encoding.UTF8.GetString(batch.Id[row]);

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
