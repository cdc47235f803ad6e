using System.Collections.Concurrent;

namespace Ingest.Pipeline.Records;

/// <summary>Batches of one stream whose buffers are used again. Thread-safe. Holds as many as were in use at once.</summary>
public sealed class RecordBatchPool(
    string stream, string version, IReadOnlyList<ColumnDefinition> decoded, IReadOnlyList<ColumnDefinition>? enriched = null,
    IReadOnlyCollection<string>? dropped = null)
{
    // A batch that one flood of records has grown beyond this is left to the garbage collector.
    private const long LargestKept = 64 * 1024 * 1024;
    private readonly ConcurrentBag<RecordBatch> idle = [];

    /// <summary>An empty batch.</summary>
    public RecordBatch Rent() => idle.TryTake(out var batch) ? batch : new RecordBatch(stream, version, decoded, enriched, dropped);

    /// <summary>Clears a batch that nobody uses any more and keeps it for the next <see cref="Rent"/>.</summary>
    public void Return(RecordBatch batch)
    {
        batch.Clear();
        if (batch.BufferBytes <= LargestKept)
        {
            idle.Add(batch);
        }
    }
}
