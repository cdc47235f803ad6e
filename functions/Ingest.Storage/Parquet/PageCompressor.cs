using System.IO.Compression;
using Snappier;

namespace Ingest.Storage.Parquet;

/// <summary>Compresses pages. Snappy is left out where a sample says that it saves next to nothing.</summary>
internal sealed class PageCompressor : IDisposable
{
    private const int SampleBytes = 4096;
    private const int SmallestPage = 64;

    private readonly ByteBuffer packed = new();
    private readonly ByteBuffer sample = new();

    private ZstdPages? zstd;

    /// <summary>What is returned holds until the next call.</summary>
    /// <param name="body">Where the page's body begins in what is returned: with zstd it can be used again with another head.</param>
    public ReadOnlySpan<byte> Compress(Codec codec, ReadOnlySpan<byte> page, int head, int characters, out int body)
    {
        body = 0;
        packed.Clear();
        switch (codec)
        {
            case Codec.Snappy:
                packed.Advance(Snappy.Compress(page, packed.Reserve(Snappy.GetMaxCompressedLength(page.Length))));
                return packed.Written;
            case Codec.Zstd:
                zstd ??= ZstdPages.Rent();
                body = zstd.Write(page, head, characters, packed);
                return packed.Written;
            case Codec.Gzip:
                Gzip(page);
                return packed.Written;
            default:
                return page;
        }
    }

    /// <summary>A zstd page of a head and a body that was compressed before. What is returned holds until the next call.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> head, int bodyLength, ReadOnlySpan<byte> blocks)
    {
        packed.Clear();
        ZstdPages.Write(head, bodyLength, blocks, packed);
        return packed.Written;
    }

    /// <summary>Bytes that Snappy would save, by a sample from the middle.</summary>
    public long EstimateSavedBySnappy(ReadOnlySpan<byte> page)
    {
        if (page.Length < SmallestPage)
        {
            return 0;
        }

        var piece = page.Length <= SampleBytes ? page : page.Slice((page.Length - SampleBytes) / 2, SampleBytes);
        sample.Clear();
        var size = Snappy.Compress(piece, sample.Reserve(Snappy.GetMaxCompressedLength(piece.Length)));
        return (long)page.Length * (piece.Length - size) / piece.Length;
    }

    public void Dispose()
    {
        packed.Dispose();
        sample.Dispose();
        zstd?.Dispose();
        zstd = null;
    }

    private void Gzip(ReadOnlySpan<byte> page)
    {
        using var sink = new BufferStream(packed);
        using var gzip = new GZipStream(sink, CompressionLevel.Fastest);
        gzip.Write(page);
    }

    private sealed class BufferStream(ByteBuffer target) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
