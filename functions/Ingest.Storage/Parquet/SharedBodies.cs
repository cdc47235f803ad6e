namespace Ingest.Storage.Parquet;

/// <summary>Compressed pages of a column, without their levels, for another column of the same text.</summary>
internal sealed class SharedBodies : IDisposable
{
    private readonly ByteBuffer blocks = new();
    private readonly List<(int Start, int Size, int Length)> pages = [];

    public int Count => pages.Count;

    /// <param name="length">Bytes before compression.</param>
    public void Add(ReadOnlySpan<byte> packed, int length)
    {
        pages.Add((blocks.Length, packed.Length, length));
        blocks.Write(packed);
    }

    public int Length(int page) => pages[page].Length;

    public ReadOnlySpan<byte> Blocks(int page) => blocks.Written.Slice(pages[page].Start, pages[page].Size);

    public void Clear()
    {
        pages.Clear();
        blocks.Clear();
    }

    public void Dispose() => blocks.Dispose();
}
