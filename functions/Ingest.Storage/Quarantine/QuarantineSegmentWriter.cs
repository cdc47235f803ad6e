using System.Buffers;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using ParquetSharp;
using ParquetSharp.IO;

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

    public static void Write(IReadOnlyList<QuarantinedRecord> records, SegmentContext context, Stream target)
    {
        using var columns = Describe(BuildColumns(records.Take(256), context), Math.Min(records.Count, 256));
        var (schema, properties) = columns.Build();
        using var ownedSchema = schema;
        using var ownedProperties = properties;
        using var output = new ManagedOutputStream(target, leaveOpen: true);
        using var file = new ParquetFileWriter(
            output, schema, properties,
            new Dictionary<string, string> { [ParquetSegmentWriter.PipelineVersionKey] = ParquetSegmentWriter.PipelineVersion });
        foreach (var chunk in records.Chunk(RowGroupRows))
        {
            using var group = file.AppendRowGroup();
            WriteGroup(group, chunk, context);
            group.Close();
        }

        file.Close();
    }

    private static QuarantineColumns BuildColumns(IEnumerable<QuarantinedRecord> records, SegmentContext context)
    {
        var columns = new QuarantineColumns();
        foreach (var record in records)
        {
            columns.Add(record, context);
        }

        return columns;
    }

    private static SegmentSchema Describe(QuarantineColumns columns, int count)
    {
        var rows = new RowSelection(0, count);
        var schema = new SegmentSchema(LakeCompression.Zstd);
        schema.AddRepeating("_hub", PhysicalType.ByteArray, LogicalType.String());
        schema.AddRepeating("_epoch", PhysicalType.Int32, LogicalType.Int(32, true));
        schema.AddRepeating("_partition", PhysicalType.Int32, LogicalType.Int(32, true));
        schema.AddDelta("_sequence", PhysicalType.Int64, LogicalType.Int(64, true));
        schema.AddDelta("_sequence_last", PhysicalType.Int64, LogicalType.Int(64, true));
        schema.AddDelta("_index", PhysicalType.Int64, LogicalType.Int(64, true));
        schema.AddDelta("_enqueued", PhysicalType.Int64, SegmentSchema.Instant());
        schema.AddRepeating("_ingested", PhysicalType.Int64, SegmentSchema.Instant());
        AddAll(schema, columns.Reason, rows);
        schema.AddText("body", LogicalType.None(), statistics: false);
        AddAll(schema, columns.Envelope, rows);
        schema.AddRepeating("pipeline_version", PhysicalType.ByteArray, LogicalType.String());
        return schema;
    }

    private static void AddAll(SegmentSchema schema, IReadOnlyList<Pipeline.Records.Column> columns, RowSelection rows)
    {
        foreach (var column in columns)
        {
            schema.Add(column, rows);
        }
    }

    private static void WriteGroup(RowGroupWriter group, QuarantinedRecord[] records, SegmentContext context)
    {
        var columns = BuildColumns(records, context);
        var rows = new RowSelection(0, records.Length);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.Partition.Hub, rows.Count);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.Epoch, rows.Count);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.Partition.Number, rows.Count);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), columns.Sequence, rows);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), columns.LastSequence, rows);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), columns.Index, rows);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), columns.Enqueued, rows);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.IngestedUnixMs * 1000, rows.Count);
        foreach (var column in columns.Reason)
        {
            ColumnChunkWriter.Write(group.NextColumn(), column, rows);
        }

        WriteBodies(group.NextColumn(), records);
        foreach (var column in columns.Envelope)
        {
            ColumnChunkWriter.Write(group.NextColumn(), column, rows);
        }

        ColumnChunkWriter.WriteConstant(group.NextColumn(), ParquetSegmentWriter.PipelineVersion, rows.Count);
    }

    // Bodies may be most of a batch's memory: they are pinned one after another instead of copied.
    private static unsafe void WriteBodies(ColumnWriter writer, QuarantinedRecord[] records)
    {
        using var closing = writer;
        var bodies = (ColumnWriter<ByteArray>)writer;
        foreach (var record in records)
        {
            using var pin = record.Body.Pin();
            bodies.WriteBatch([new ByteArray((nint)pin.Pointer, record.Body.Length)]);
        }
    }
}
