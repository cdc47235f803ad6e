using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Lake;

/// <summary>The lake in Blob Storage: one Parquet blob a segment, staged as one uncommitted block.</summary>
/// <param name="definitions">How each stream is written, by stream name; others with zstd in the order of the log.</param>
internal sealed class BlobLake(SegmentStager stager, ParquetSegmentWriter writer, IReadOnlyDictionary<string, LakeDefinition> definitions) : ILake
{
    private static readonly LakeDefinition Default = new(LakeCompression.Zstd, []);

    public Task StageAsync(
        SegmentName name, RecordBatch batch, ReadOnlyMemory<int> rows, SegmentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(batch);
        var definition = definitions.GetValueOrDefault(batch.Stream, Default);
        return stager.StageAsync(name, target => writer.Write(batch, rows.Span, context, definition, target), cancellationToken);
    }
}
