using System.Buffers;

namespace Ingest.Storage.Tables;

/// <summary>Bytes that grow in one pooled array.</summary>
internal sealed class Utf8Buffer(int capacity) : IDisposable
{
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => bytes.AsMemory(0, Length);

    /// <summary>At least so many bytes to write into; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Room(int atLeast)
    {
        if (bytes.Length - Length < atLeast)
        {
            Grow(atLeast);
        }

        return bytes.AsSpan(Length);
    }

    /// <inheritdoc cref="Room"/>
    public Memory<byte> RoomMemory(int atLeast)
    {
        Room(atLeast);
        return bytes.AsMemory(Length);
    }

    public void Advance(int count) => Length += count;

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        Length += text.Length;
    }

    /// <summary>Takes back what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Leaves the array to the garbage collector: somebody may still be reading it.</summary>
    public void Abandon() => bytes = [];

    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
        }

        Length = 0;
    }

    private void Grow(int atLeast)
    {
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, Length + atLeast));
        Written.CopyTo(grown);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = grown;
    }
}
