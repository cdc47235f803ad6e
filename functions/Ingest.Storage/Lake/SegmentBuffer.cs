using System.Buffers;

namespace Ingest.Storage.Lake;

/// <summary>
/// Where a segment is built before it is sent: pooled chunks, so that neither growing nor the large object heap costs
/// anything. Write it once from the start, then read it as often as a retry needs.
/// </summary>
internal sealed class SegmentBuffer(long maxBytes) : Stream
{
    private const int ChunkSize = 256 * 1024;

    private readonly List<byte[]> chunks = [];
    private long length;
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, length);
            position = value;
        }
    }

    /// <exception cref="InvalidOperationException">The segment would exceed the limit; batches are bounded far below it.</exception>
    public override void Write(ReadOnlySpan<byte> source)
    {
        if (position + source.Length > maxBytes)
        {
            throw new InvalidOperationException(
                $"A segment would exceed {maxBytes} bytes; raise Ingest__Storage__MaxSegmentBytes or lower the batch size.");
        }

        while (!source.IsEmpty)
        {
            var (chunk, offset) = ((int)(position / ChunkSize), (int)(position % ChunkSize));
            if (chunk == chunks.Count)
            {
                chunks.Add(ArrayPool<byte>.Shared.Rent(ChunkSize));
            }

            var count = Math.Min(source.Length, ChunkSize - offset);
            source[..count].CopyTo(chunks[chunk].AsSpan(offset));
            source = source[count..];
            position += count;
        }

        length = Math.Max(length, position);
    }

    public override int Read(Span<byte> into)
    {
        var (chunk, offset) = ((int)(position / ChunkSize), (int)(position % ChunkSize));
        var count = (int)Math.Min(Math.Min(into.Length, ChunkSize - offset), length - position);
        if (count <= 0)
        {
            return 0;
        }

        chunks[chunk].AsSpan(offset, count).CopyTo(into);
        position += count;
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // Memory never blocks, so the asynchronous forms need no thread of their own.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach (var chunk in chunks)
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        chunks.Clear();
        (length, position) = (0, 0);
        base.Dispose(disposing);
    }
}
