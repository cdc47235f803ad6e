using System.Buffers;
using System.Runtime.CompilerServices;

namespace Ingest.Storage.Parquet;

/// <summary>Bytes that grow in a pooled array. Not thread-safe; what <see cref="Written"/> returns holds until the next write.</summary>
internal sealed class ByteBuffer : IDisposable
{
    private const int FirstCapacity = 4096;
    private byte[] bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Room for at least <paramref name="atLeast"/> more bytes; <see cref="Advance"/> says how many were used.</summary>
    /// <exception cref="InvalidOperationException">The buffer would exceed 2 GiB, which no page can hold.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int atLeast)
    {
        if (bytes.Length - Length < atLeast)
        {
            Grow(atLeast);
        }

        return bytes.AsSpan(Length);
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(bytes.Length - Length));
        Length += count;
    }

    public void Write(ReadOnlySpan<byte> source)
    {
        source.CopyTo(Reserve(source.Length));
        Length += source.Length;
    }

    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>An unsigned number in groups of seven bits, the lowest first.</summary>
    public void WriteVarint(ulong value)
    {
        var room = Reserve(10);
        var count = 0;
        while (value >= 0x80)
        {
            room[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[count++] = (byte)value;
        Length += count;
    }

    /// <summary>A signed number as a varint: 0, −1, 1, −2, …</summary>
    public void WriteZigzag(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    public Span<byte> At(int offset, int count) => bytes.AsSpan(0, Length).Slice(offset, count);

    public void Clear() => Length = 0;

    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        (bytes, Length) = ([], 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int atLeast)
    {
        var size = Math.Max(Math.Max(bytes.Length * 2L, FirstCapacity), (long)Length + atLeast);
        if (size > Array.MaxLength)
        {
            size = (long)Length + atLeast <= Array.MaxLength
                ? Array.MaxLength
                : throw new InvalidOperationException("A Parquet page would exceed 2 GiB; lower the batch size.");
        }

        var grown = ArrayPool<byte>.Shared.Rent((int)size);
        Written.CopyTo(grown);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        bytes = grown;
    }
}
