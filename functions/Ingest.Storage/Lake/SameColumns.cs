using Ingest.Pipeline.Records;
using Ingest.Storage.Parquet;

namespace Ingest.Storage.Lake;

/// <summary>
/// Which of a stream's columns hold what <c>_key</c> or <c>_id</c> hold: most streams take both from a property. To compare costs
/// next to nothing beside encoding and compressing the same texts again.
/// </summary>
internal sealed class SameColumns : IDisposable
{
    private readonly RecordBatch batch;
    private readonly bool[] likeKey;
    private readonly bool[] likeId;

    public SameColumns(RecordBatch batch, RowSelection rows, Codecs codecs)
    {
        this.batch = batch;
        (likeKey, likeId) = (new bool[batch.WrittenColumns.Count], new bool[batch.WrittenColumns.Count]);

        // A batch that makes many segments would be compared for each of them.
        if (rows.Count < batch.RowCount / 2)
        {
            return;
        }

        for (var i = 0; i < batch.WrittenColumns.Count; i++)
        {
            likeKey[i] = IsSame(batch.WrittenColumns[i], batch.Key);
            likeId[i] = codecs.CanShare && batch.Id.NullCount == 0 && IsSame(batch.WrittenColumns[i], batch.Id);
        }

        Key = likeKey.Contains(true) ? new KeptChunk() : null;
        Ids = likeId.Contains(true) ? new SharedBodies() : null;
    }

    /// <summary>Receives the chunk of <c>_key</c>; null where no column is the same.</summary>
    public KeptChunk? Key { get; }

    /// <summary>Receives the compressed texts of <c>_id</c>; null where no column is the same.</summary>
    public SharedBodies? Ids { get; }

    public void BeginGroup()
    {
        Key?.Bytes.Clear();
        Ids?.Clear();
    }

    public void Write(ChunkWriter target, ParquetColumn spec, int column, RowSelection rows)
    {
        if (Key is not null && likeKey[column])
        {
            target.WriteCopy(spec, Key);
        }
        else
        {
            target.Write(spec, batch.WrittenColumns[column], rows, likeId[column] ? Ids : null);
        }
    }

    public void Dispose()
    {
        Key?.Dispose();
        Ids?.Dispose();
    }

    private static bool IsSame(Column column, BytesColumn other) =>
        column is BytesColumn { Definition.Type: ColumnType.String } texts
        && texts.NullCount == other.NullCount
        && texts.Ends.SequenceEqual(other.Ends)
        && texts.Data.SequenceEqual(other.Data)
        && (texts.NullCount == 0 || texts.Validity.SequenceEqual(other.Validity));
}
