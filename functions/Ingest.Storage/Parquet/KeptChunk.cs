namespace Ingest.Storage.Parquet;

/// <summary>A chunk as it was written, for columns that are the same.</summary>
internal sealed class KeptChunk : IDisposable
{
    public ByteBuffer Bytes { get; } = new();

    public ChunkTotals Totals { get; set; }

    public bool HasStatistics { get; set; }

    public Statistics Statistics { get; set; } = new();

    public void Dispose()
    {
        Bytes.Dispose();
        Statistics.Dispose();
    }
}
