namespace Ingest.Storage.Parquet;

/// <summary>What the footer says of a column chunk.</summary>
internal record struct ChunkTotals
{
    public Codec Codec { get; set; }

    public PageEncoding Encoding { get; set; }

    /// <summary>Where its first page begins in the file.</summary>
    public long Start { get; set; }

    public long Entries { get; set; }

    public long Nulls { get; set; }

    public int Pages { get; set; }

    public bool HasDictionary { get; set; }

    /// <summary>Bytes of the dictionary's page with its header.</summary>
    public int DictionarySize { get; set; }

    /// <summary>Bytes of all pages with their headers, were none compressed.</summary>
    public long Uncompressed { get; set; }

    public long Compressed { get; set; }

    public readonly void Write(ParquetColumn column, Statistics? statistics, CompactWriter writer)
    {
        writer.BeginStruct();
        writer.Int64(2, 0);
        writer.BeginStruct(3);
        writer.Int32(1, (int)SchemaMetadata.PhysicalOf(column.Type));
        WriteEncodings(writer);
        writer.BeginTexts(3, column.IsList ? 3 : 1);
        writer.TextElement(column.Name);
        if (column.IsList)
        {
            writer.TextElement("list");
            writer.TextElement("element");
        }

        writer.Int32(4, (int)Codec);
        writer.Int64(5, Entries);
        writer.Int64(6, Uncompressed);
        writer.Int64(7, Compressed);
        writer.Int64(9, Start + DictionarySize);
        if (HasDictionary)
        {
            writer.Int64(11, Start);
        }

        statistics?.Write(12, Nulls, column.Type, writer);
        writer.BeginStructs(13, HasDictionary ? 2 : 1);
        if (HasDictionary)
        {
            WritePages(PageType.Dictionary, PageEncoding.Plain, 1, writer);
        }

        WritePages(PageType.Data, Encoding, Pages, writer);
        writer.EndStruct();
        writer.EndStruct();
    }

    private readonly void WriteEncodings(CompactWriter writer)
    {
        writer.BeginInt32s(2, HasDictionary ? 3 : 2);
        if (HasDictionary)
        {
            writer.Int32Element((int)PageEncoding.Plain);
        }

        writer.Int32Element((int)PageEncoding.Rle);
        writer.Int32Element((int)Encoding);
    }

    private static void WritePages(PageType type, PageEncoding encoding, int count, CompactWriter writer)
    {
        writer.BeginStruct();
        writer.Int32(1, (int)type);
        writer.Int32(2, (int)encoding);
        writer.Int32(3, count);
        writer.EndStruct();
    }
}
