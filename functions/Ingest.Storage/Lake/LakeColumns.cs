using Ingest.Storage.Parquet;

namespace Ingest.Storage.Lake;

/// <summary>The columns that segments have in common, as their files have them.</summary>
internal static class LakeColumns
{
    public static readonly ParquetColumn Hub = new("_hub", ParquetType.String);
    public static readonly ParquetColumn Epoch = new("_epoch", ParquetType.Int32);
    public static readonly ParquetColumn Partition = new("_partition", ParquetType.Int32);
    public static readonly ParquetColumn Sequence = new("_sequence", ParquetType.Int64);
    public static readonly ParquetColumn Index = new("_index", ParquetType.Int64);
    public static readonly ParquetColumn Enqueued = new("_enqueued", ParquetType.Timestamp);
    public static readonly ParquetColumn Ingested = new("_ingested", ParquetType.Timestamp);
    public static readonly ParquetColumn Key = new("_key", ParquetType.String, IsOptional: true);
    public static readonly ParquetColumn Device = new("_device", ParquetType.String, IsOptional: true);
    public static readonly ParquetColumn Id = new("_id", ParquetType.String);
}
