using System.Buffers.Binary;

namespace Ingest.Storage.Parquet;

/// <summary>
/// Writes one Parquet file from front to back: for each row group <see cref="BeginGroup"/>, then the columns in their order
/// through <see cref="Columns"/>, then <see cref="EndGroup"/>; at last <see cref="Close"/>.
/// </summary>
internal sealed class ParquetWriter : IDisposable
{
    private const string CreatedBy = "Ingest.Functions";

    private readonly PageWriter pages;
    private readonly ByteBuffer footer = new();
    private readonly CompactWriter metadata;
    private readonly IReadOnlyList<ParquetColumn> columns;
    private long groupStart;

    /// <param name="target">Receives the file; stays open.</param>
    /// <param name="rows">Rows of all groups.</param>
    public ParquetWriter(Stream target, IReadOnlyList<ParquetColumn> columns, Codecs codecs, long rows, int groups)
    {
        this.columns = columns;
        metadata = new CompactWriter(footer);
        pages = new PageWriter(target);
        Columns = new ChunkWriter(pages, codecs, metadata);
        pages.Write("PAR1"u8);
        metadata.BeginStruct();
        metadata.Int32(1, 2);
        SchemaMetadata.Write(2, columns, metadata);
        metadata.Int64(3, rows);
        metadata.BeginStructs(4, groups);
    }

    /// <summary>Writes the next column of the row group.</summary>
    public ChunkWriter Columns { get; }

    public void BeginGroup()
    {
        groupStart = pages.Position;
        Columns.Uncompressed = 0;
        metadata.BeginStruct();
        metadata.BeginStructs(1, columns.Count);
    }

    /// <param name="sortedBy">Columns, by their place in the file, that the rows ascend by, nulls first.</param>
    public void EndGroup(int rows, ReadOnlySpan<int> sortedBy)
    {
        metadata.Int64(2, Columns.Uncompressed);
        metadata.Int64(3, rows);
        if (!sortedBy.IsEmpty)
        {
            metadata.BeginStructs(4, sortedBy.Length);
            foreach (var column in sortedBy)
            {
                metadata.BeginStruct();
                metadata.Int32(1, column);
                metadata.Boolean(2, false);
                metadata.Boolean(3, true);
                metadata.EndStruct();
            }
        }

        metadata.Int64(5, groupStart);
        metadata.Int64(6, pages.Position - groupStart);
        metadata.EndStruct();
    }

    public void Close(ReadOnlySpan<(string Key, string Value)> keyValues)
    {
        metadata.BeginStructs(5, keyValues.Length);
        foreach (var (key, value) in keyValues)
        {
            metadata.BeginStruct();
            metadata.Text(1, key);
            metadata.Text(2, value);
            metadata.EndStruct();
        }

        metadata.Text(6, CreatedBy);
        metadata.BeginStructs(7, columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            // Minima and maxima follow the order of the type.
            metadata.BeginStruct();
            metadata.Empty(1);
            metadata.EndStruct();
        }

        metadata.EndStruct();
        Span<byte> end = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(end, footer.Length);
        "PAR1"u8.CopyTo(end[4..]);
        pages.Write(footer.Written);
        pages.Write(end);
    }

    public void Dispose()
    {
        Columns.Dispose();
        pages.Dispose();
        footer.Dispose();
    }
}
