using System.Reflection;
using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Parquet;

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
        var columns = Columns(batch);
        var codecs = Codecs.Of(definition.Compression);
        var groups = (selection.Count + rowGroupRows - 1) / rowGroupRows;
        using var same = new SameColumns(batch, selection, codecs);
        using var file = new ParquetWriter(target, columns, codecs, selection.Count, groups);
        var sortedBy = SortedBy(columns, definition);
        for (var offset = 0; offset < selection.Count; offset += rowGroupRows)
        {
            var group = selection.Slice(offset, Math.Min(rowGroupRows, selection.Count - offset));
            file.BeginGroup();
            WriteGroup(file.Columns, columns, batch, group, context, same);
            file.EndGroup(group.Count, sortedBy);
        }

        file.Close(
        [
            (StreamKey, batch.Stream),
            (StreamVersionKey, batch.Version),
            (PipelineVersionKey, PipelineVersion),
            (SortKey, string.Join(',', definition.Sort)),
        ]);
    }

    private static ParquetColumn[] Columns(RecordBatch batch) =>
    [
        LakeColumns.Hub, LakeColumns.Epoch, LakeColumns.Partition, LakeColumns.Sequence, LakeColumns.Index,
        LakeColumns.Enqueued, LakeColumns.Ingested, LakeColumns.Key, LakeColumns.Id,
        .. batch.Device.Count > 0 ? [LakeColumns.Device] : Array.Empty<ParquetColumn>(),
        .. batch.WrittenColumns.Select(column => ParquetColumn.Of(column.Definition)),
    ];

    /// <summary>Places of the sort columns in the file. Those of the stream come last, so that a name given twice is the stream's.</summary>
    private static int[] SortedBy(ParquetColumn[] columns, LakeDefinition definition) =>
        [.. definition.Sort.Select(name => Array.FindLastIndex(columns, column => column.Name == name))];

    private static void WriteGroup(
        ChunkWriter target, ParquetColumn[] columns, RecordBatch batch, RowSelection rows, SegmentContext context, SameColumns same)
    {
        same.BeginGroup();
        target.WriteConstant(LakeColumns.Hub, Encoding.UTF8.GetBytes(context.Partition.Hub), rows.Count);
        target.WriteConstant(LakeColumns.Epoch, context.Epoch, rows.Count);
        target.WriteConstant(LakeColumns.Partition, context.Partition.Number, rows.Count);
        target.WriteDelta(LakeColumns.Sequence, batch.Sequence, rows);
        target.WriteDelta(LakeColumns.Index, batch.Index, rows);
        target.WriteDelta(LakeColumns.Enqueued, batch.Enqueued, rows);
        target.WriteConstant(LakeColumns.Ingested, context.IngestedUnixMs * 1000, rows.Count);
        target.Write(LakeColumns.Key, batch.Key, rows, keep: same.Key);
        OriginIds.Write(target, LakeColumns.Id, batch, rows, context, same.Ids);
        if (batch.Device.Count > 0)
        {
            target.Write(LakeColumns.Device, batch.Device, rows);
        }

        for (var i = 0; i < batch.WrittenColumns.Count; i++)
        {
            same.Write(target, columns[columns.Length - batch.WrittenColumns.Count + i], i, rows);
        }
    }
}
