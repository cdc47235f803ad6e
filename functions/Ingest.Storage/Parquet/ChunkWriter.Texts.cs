using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>Chunks of texts that do not lie in a column, and of texts that another column has as well.</summary>
internal sealed partial class ChunkWriter
{
    /// <summary>Begins a required column of texts, without statistics.</summary>
    public void BeginTexts() => pages.BeginChunk(codecs.Text);

    /// <param name="keep">Receives the compressed texts; only where <see cref="Codecs.CanShare"/>.</param>
    public void WriteTexts(ReadOnlySpan<byte> data, ReadOnlySpan<Slice> page, SharedBodies? keep = null)
    {
        var characters = WriteLengthsAndTexts(data, page);
        pages.EndPage(page.Length, 0, PageEncoding.DeltaLengthByteArray, 0, characters, keep);
    }

    /// <param name="keep">Receives the compressed texts; only where <see cref="Codecs.CanShare"/>.</param>
    public void WriteTexts(BytesColumn column, RowSelection page, SharedBodies? keep = null) =>
        WriteTexts(column.Data, values.Take(column, page), keep);

    public void EndTexts(ParquetColumn spec) => EndChunk(spec, false, null);

    /// <summary>Writes a column that is, by what the caller knows, the same as one that was kept.</summary>
    public void WriteCopy(ParquetColumn spec, KeptChunk kept)
    {
        var totals = pages.CopyChunk(kept.Totals, kept.Bytes.Written);
        Uncompressed += totals.Uncompressed;
        totals.Write(spec, kept.HasStatistics ? kept.Statistics : null, footer);
    }

    private void WriteShared(ParquetColumn spec, BytesColumn column, RowSelection rows, bool hasStatistics, SharedBodies same)
    {
        pages.BeginChunk(codecs.Text);
        statistics.Clear();
        var number = 0;
        for (var offset = 0; offset < rows.Count; number++)
        {
            var page = rows.Slice(offset, Paging.Count(column, rows, offset));
            offset += page.Count;
            var (entries, _) = levels.Write(column, page, pages.Page);
            if (hasStatistics)
            {
                statistics.Add(column.Data, values.Take(column, page));
            }

            pages.EndPage(entries, PageEncoding.DeltaLengthByteArray, same, number);
        }

        EndChunk(spec, hasStatistics, null);
    }
}
