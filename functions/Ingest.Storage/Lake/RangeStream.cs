using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Ingest.Storage.Lake;

/// <summary>
/// A blob as a seekable file for a reader that asks for whole column chunks: what was not loaded beforehand is downloaded
/// when it is asked for, exactly those bytes.
/// </summary>
internal sealed class RangeStream(BlobClient blob, long length) : Stream
{
    private readonly List<(long Start, ReadOnlyMemory<byte> Bytes)> loaded = [];

    /// <summary>Bytes that were downloaded so far.</summary>
    public long Downloaded { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public async Task LoadAsync(long start, long count, CancellationToken cancellationToken)
    {
        var result = await blob.DownloadContentAsync(RangeOf(start, count), cancellationToken).ConfigureAwait(false);
        Keep(start, result.Value);
    }

    public bool Holds(long start, long count) => IndexOf(start, count) >= 0;

    public override int Read(Span<byte> into)
    {
        var count = (int)Math.Min(into.Length, length - Position);
        if (count <= 0)
        {
            return 0;
        }

        var index = IndexOf(Position, count);
        if (index < 0)
        {
            // The Parquet reader is synchronous, and runs on a thread of its own.
            Keep(Position, blob.DownloadContent(RangeOf(Position, count), CancellationToken.None).Value);
            index = loaded.Count - 1;
        }

        var (start, bytes) = loaded[index];
        bytes.Span.Slice((int)(Position - start), count).CopyTo(into);
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static BlobDownloadOptions RangeOf(long start, long count) => new() { Range = new HttpRange(start, count) };

    private int IndexOf(long start, long count) =>
        loaded.FindIndex(range => start >= range.Start && start + count <= range.Start + range.Bytes.Length);

    private void Keep(long start, BlobDownloadResult result)
    {
        var bytes = result.Content.ToMemory();
        loaded.Add((start, bytes));
        Downloaded += bytes.Length;
    }
}
