using System.Reflection;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using ParquetSharp;
using ParquetSharp.IO;

namespace Ingest.Storage.Lake;

/// <summary>
/// Writes rows of a batch as one Parquet file: first the columns of every segment (<c>_hub, _epoch, _partition, _sequence,
/// _index, _enqueued, _ingested, _key, _id</c>), then the stream's own. Thread-safe.
/// </summary>
public sealed class ParquetSegmentWriter
{
    /// <summary>Metadata key of the stream's version: the hash of its definition and schema.</summary>
    public const string StreamVersionKey = "ingest.stream.version";

    /// <summary>Metadata key of the pipeline's version.</summary>
    public const string PipelineVersionKey = "ingest.pipeline.version";

    /// <summary>Metadata key of the columns that the rows are sorted by, joined by commas; empty keeps the order of the log. Absent in quarantine.</summary>
    public const string SortKey = "ingest.sort";

    /// <summary>Metadata key of the stream's name; absent in quarantine.</summary>
    public const string StreamKey = "ingest.stream";

    private readonly int rowGroupRows;

    /// <param name="rowGroupRows">Rows a row group, 1,000–10,000,000.</param>
    public ParquetSegmentWriter(int rowGroupRows = 131_072)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowGroupRows, 1000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowGroupRows, 10_000_000);
        this.rowGroupRows = rowGroupRows;
    }

    /// <summary>Version of the pipeline, as segments and quarantine rows carry it.</summary>
    public static string PipelineVersion { get; } =
        typeof(RecordBatch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <param name="rows">Row numbers, ascending.</param>
    /// <param name="target">Receives the file; stays open.</param>
    public void Write(RecordBatch batch, ReadOnlySpan<int> rows, SegmentContext context, LakeDefinition definition, Stream target)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(definition);
        var selection = definition.Sort.Count == 0
            ? RowSelection.Ascending(rows)
            : RowSelection.Ordered(RowSorter.Sort(batch, rows, definition.Sort));
        using var columns = Describe(batch, selection, definition.Compression);
        var (schema, properties) = columns.Build();
        using var ownedSchema = schema;
        using var ownedProperties = properties;
        using var output = new ManagedOutputStream(target, leaveOpen: true);
        using var file = new ParquetFileWriter(output, schema, properties, new Dictionary<string, string>
        {
            [StreamKey] = batch.Stream,
            [StreamVersionKey] = batch.Version,
            [PipelineVersionKey] = PipelineVersion,
            [SortKey] = string.Join(',', definition.Sort),
        });
        for (var offset = 0; offset < selection.Count; offset += rowGroupRows)
        {
            using var group = file.AppendRowGroup();
            WriteGroup(group, batch, selection.Slice(offset, Math.Min(rowGroupRows, selection.Count - offset)), context);
        }

        file.Close();
    }

    private static SegmentSchema Describe(RecordBatch batch, RowSelection rows, LakeCompression compression)
    {
        var schema = new SegmentSchema(compression);
        schema.AddRepeating("_hub", PhysicalType.ByteArray, LogicalType.String());
        schema.AddDelta("_epoch", PhysicalType.Int32, LogicalType.Int(32, true));
        schema.AddDelta("_partition", PhysicalType.Int32, LogicalType.Int(32, true));
        schema.AddDelta("_sequence", PhysicalType.Int64, LogicalType.Int(64, true));
        schema.AddDelta("_index", PhysicalType.Int64, LogicalType.Int(64, true));
        schema.AddDelta("_enqueued", PhysicalType.Int64, SegmentSchema.Instant());
        schema.AddDelta("_ingested", PhysicalType.Int64, SegmentSchema.Instant());
        schema.Add(batch.Key, rows);
        schema.AddText("_id", LogicalType.String(), statistics: false);
        if (batch.Device.Count > 0)
        {
            schema.Add(batch.Device, rows);
        }

        foreach (var column in batch.WrittenColumns)
        {
            schema.Add(column, rows);
        }

        return schema;
    }

    private static void WriteGroup(RowGroupWriter group, RecordBatch batch, RowSelection rows, SegmentContext context)
    {
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.Partition.Hub, rows.Count);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.Epoch, rows.Count);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.Partition.Number, rows.Count);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), batch.Sequence, rows);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), batch.Index, rows);
        ColumnChunkWriter.WriteRequired(group.NextColumn(), batch.Enqueued, rows);
        ColumnChunkWriter.WriteConstant(group.NextColumn(), context.IngestedUnixMs * 1000, rows.Count);
        ColumnChunkWriter.Write(group.NextColumn(), batch.Key, rows);
        OriginIds.Write(group.NextColumn(), batch, rows, context);
        if (batch.Device.Count > 0)
        {
            ColumnChunkWriter.Write(group.NextColumn(), batch.Device, rows);
        }

        foreach (var column in batch.WrittenColumns)
        {
            ColumnChunkWriter.Write(group.NextColumn(), column, rows);
        }

        group.Close();
    }
}
