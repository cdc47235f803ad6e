using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Parquet;

namespace Ingest.Storage.Quarantine;

/// <summary>
/// Writes refused records as one Parquet file. All quarantine segments have the same columns: <c>_hub</c>, <c>_epoch</c>
/// (int32), <c>_partition</c> (int32), <c>_sequence</c>, <c>_sequence_last</c>, <c>_index</c> (int64), <c>_enqueued</c>,
/// <c>_ingested</c> (microseconds, UTC), <c>_key</c>, <c>_id</c>, <c>stream</c>, <c>code</c>, <c>stage</c>, <c>path</c>,
/// <c>detail</c> (text), <c>body</c> (binary, as it was received), <c>body_is_whole_event</c>, <c>content_type</c>,
/// <c>content_encoding</c> (text), <c>properties</c>, <c>system_properties</c> (JSON, see <see cref="AmqpValueJson"/>),
/// <c>pipeline_version</c> (text).
/// </summary>
internal static class QuarantineSegmentWriter
{
    /// <summary>Keeps the copies of properties and details small beside the bodies.</summary>
    private const int RowGroupRows = 8192;

    private static readonly ParquetColumn LastSequence = new("_sequence_last", ParquetType.Int64);
    private static readonly ParquetColumn Body = new("body", ParquetType.Binary);
    private static readonly ParquetColumn Version = new("pipeline_version", ParquetType.String);

    public static void Write(IReadOnlyList<QuarantinedRecord> records, SegmentContext context, Stream target)
    {
        QuarantineColumns described = new();
        ParquetColumn[] columns =
        [
            LakeColumns.Hub, LakeColumns.Epoch, LakeColumns.Partition, LakeColumns.Sequence, LastSequence, LakeColumns.Index,
            LakeColumns.Enqueued, LakeColumns.Ingested, .. described.Reason.Select(Of), Body, .. described.Envelope.Select(Of), Version,
        ];
        var groups = (records.Count + RowGroupRows - 1) / RowGroupRows;
        using var file = new ParquetWriter(target, columns, Codecs.Of(LakeCompression.Zstd), records.Count, groups);
        foreach (var chunk in records.Chunk(RowGroupRows))
        {
            file.BeginGroup();
            WriteGroup(file.Columns, chunk, context);
            file.EndGroup(chunk.Length, []);
        }

        file.Close([(ParquetSegmentWriter.PipelineVersionKey, ParquetSegmentWriter.PipelineVersion)]);
    }

    private static ParquetColumn Of(Column column) => ParquetColumn.Of(column.Definition);

    private static void WriteGroup(ChunkWriter target, QuarantinedRecord[] records, SegmentContext context)
    {
        QuarantineColumns columns = new();
        foreach (var record in records)
        {
            columns.Add(record, context);
        }

        var rows = new RowSelection(0, records.Length);
        target.WriteConstant(LakeColumns.Hub, Encoding.UTF8.GetBytes(context.Partition.Hub), rows.Count);
        target.WriteConstant(LakeColumns.Epoch, context.Epoch, rows.Count);
        target.WriteConstant(LakeColumns.Partition, context.Partition.Number, rows.Count);
        target.WriteDelta(LakeColumns.Sequence, columns.Sequence, rows);
        target.WriteDelta(LastSequence, columns.LastSequence, rows);
        target.WriteDelta(LakeColumns.Index, columns.Index, rows);
        target.WriteDelta(LakeColumns.Enqueued, columns.Enqueued, rows);
        target.WriteConstant(LakeColumns.Ingested, context.IngestedUnixMs * 1000, rows.Count);
        WriteAll(target, columns.Reason, rows);
        WriteBodies(target, records);
        WriteAll(target, columns.Envelope, rows);
        target.WriteConstant(Version, Encoding.UTF8.GetBytes(ParquetSegmentWriter.PipelineVersion), rows.Count);
    }

    private static void WriteAll(ChunkWriter target, IReadOnlyList<Column> columns, RowSelection rows)
    {
        foreach (var column in columns)
        {
            target.Write(Of(column), column, rows);
        }
    }

    // Bodies may be most of a batch's memory: they are copied page by page.
    private static void WriteBodies(ChunkWriter target, QuarantinedRecord[] records)
    {
        target.BeginTexts();
        using var bytes = new ByteBuffer();
        using var scratch = new Scratch<Slice>();
        var slices = scratch.Take(records.Length);
        var count = 0;
        foreach (var record in records)
        {
            if (count > 0 && (long)bytes.Length + record.Body.Length > Paging.MaxTextBytes)
            {
                Flush();
            }

            slices[count++] = new Slice(bytes.Length, record.Body.Length);
            bytes.Write(record.Body.Span);
        }

        Flush();
        target.EndTexts(Body);

        void Flush()
        {
            target.WriteTexts(bytes.Written, scratch.Take(records.Length)[..count]);
            bytes.Clear();
            count = 0;
        }
    }
}
