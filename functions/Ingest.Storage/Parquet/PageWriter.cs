namespace Ingest.Storage.Parquet;

/// <summary>
/// Writes the pages of one column chunk after the other: data pages of version 1, which every reader knows, behind a dictionary
/// page where there is one.
/// </summary>
internal sealed class PageWriter : IDisposable
{
    /// <summary>Snappy must save one byte in this many; less does not pay for unpacking.</summary>
    private const int WorthwhileSaving = 32;

    private readonly Stream target;
    private readonly PageCompressor compressor = new();
    private readonly ByteBuffer header = new();
    private readonly CompactWriter headerWriter;
    private ChunkTotals chunk = new();
    private ByteBuffer? copy;
    private int dictionaryEntries;
    private bool isCodecChosen;

    public PageWriter(Stream target)
    {
        this.target = target;
        headerWriter = new CompactWriter(header);
    }

    /// <summary>Bytes written to the file so far.</summary>
    public long Position { get; private set; }

    /// <summary>The page being built.</summary>
    public ByteBuffer Page { get; } = new();

    /// <summary>The chunk's dictionary in plain encoding.</summary>
    public ByteBuffer Dictionary { get; } = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        target.Write(bytes);
        copy?.Write(bytes);
        Position += bytes.Length;
    }

    /// <param name="codec">Snappy is left out where it saves too little.</param>
    /// <param name="copyTo">Receives the chunk's bytes as well.</param>
    public void BeginChunk(Codec codec, ByteBuffer? copyTo = null)
    {
        chunk = new ChunkTotals { Codec = codec, Start = Position };
        copy = copyTo;
        isCodecChosen = codec != Codec.Snappy;
        dictionaryEntries = 0;
        Page.Clear();
        Dictionary.Clear();
    }

    /// <summary>The chunk begins with what stands in <see cref="Dictionary"/>.</summary>
    public void SetDictionary(int entries) => (dictionaryEntries, chunk.HasDictionary) = (entries, true);

    /// <summary>Writes what stands in <see cref="Page"/>.</summary>
    /// <param name="entries">Values, nulls included.</param>
    /// <param name="head">Bytes of levels at its start.</param>
    /// <param name="characters">Where characters begin; the page's length where it has none.</param>
    /// <param name="keep">Receives the compressed body, for a column of the same text. Zstd only.</param>
    public void EndPage(int entries, int nulls, PageEncoding encoding, int head, int characters, SharedBodies? keep = null)
    {
        Begin(entries, nulls, encoding);
        var page = Page.Written;
        var packed = compressor.Compress(chunk.Codec, page, head, characters, out var body);
        keep?.Add(packed[body..], page.Length - head);
        EndPage(entries, encoding, page.Length, packed);
    }

    /// <summary>Writes a page of the levels in <see cref="Page"/> and a body that another column has as well.</summary>
    public void EndPage(int entries, PageEncoding encoding, SharedBodies kept, int number)
    {
        Begin(entries, 0, encoding);
        var packed = compressor.Join(Page.Written, kept.Length(number), kept.Blocks(number));
        EndPage(entries, encoding, checked(Page.Length + kept.Length(number)), packed);
    }

    public ChunkTotals EndChunk()
    {
        chunk.Compressed = Position - chunk.Start;
        copy = null;
        return chunk;
    }

    /// <summary>Writes a chunk that another column has as well.</summary>
    public ChunkTotals CopyChunk(ChunkTotals original, ReadOnlySpan<byte> bytes)
    {
        var moved = original with { Start = Position };
        Write(bytes);
        return moved;
    }

    public void Dispose()
    {
        compressor.Dispose();
        header.Dispose();
        Page.Dispose();
        Dictionary.Dispose();
    }

    private void Begin(int entries, int nulls, PageEncoding encoding)
    {
        if (!isCodecChosen)
        {
            isCodecChosen = true;
            var saved = compressor.EstimateSavedBySnappy(Page.Written) + compressor.EstimateSavedBySnappy(Dictionary.Written);
            if (saved * WorthwhileSaving <= Page.Length + Dictionary.Length)
            {
                chunk.Codec = Codec.Uncompressed;
            }
        }

        if (chunk.HasDictionary && chunk.Pages == 0)
        {
            WriteDictionary();
        }

        chunk.Entries += entries;
        chunk.Nulls += nulls;
        chunk.Encoding = encoding;
        chunk.Pages++;
    }

    private void WriteDictionary()
    {
        var packed = compressor.Compress(chunk.Codec, Dictionary.Written, 0, Dictionary.Length, out _);
        BeginHeader(PageType.Dictionary, Dictionary.Length, packed.Length);
        headerWriter.BeginStruct(7);
        headerWriter.Int32(1, dictionaryEntries);
        headerWriter.Int32(2, (int)PageEncoding.Plain);
        headerWriter.EndStruct();
        EndHeader(Dictionary.Length, packed);
        chunk.DictionarySize = (int)(Position - chunk.Start);
    }

    private void EndPage(int entries, PageEncoding encoding, int size, ReadOnlySpan<byte> packed)
    {
        BeginHeader(PageType.Data, size, packed.Length);
        headerWriter.BeginStruct(5);
        headerWriter.Int32(1, entries);
        headerWriter.Int32(2, (int)encoding);
        headerWriter.Int32(3, (int)PageEncoding.Rle);
        headerWriter.Int32(4, (int)PageEncoding.Rle);
        headerWriter.EndStruct();
        EndHeader(size, packed);
        Page.Clear();
    }

    private void BeginHeader(PageType type, int size, int packedSize)
    {
        header.Clear();
        headerWriter.BeginStruct();
        headerWriter.Int32(1, (int)type);
        headerWriter.Int32(2, size);
        headerWriter.Int32(3, packedSize);
    }

    private void EndHeader(int size, ReadOnlySpan<byte> packed)
    {
        headerWriter.EndStruct();
        chunk.Uncompressed += header.Length + size;
        Write(header.Written);
        Write(packed);
    }
}
