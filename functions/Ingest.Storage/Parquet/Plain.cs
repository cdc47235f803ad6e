using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ingest.Storage.Parquet;

/// <summary>The encodings that hold values as they are.</summary>
internal static class Plain
{
    /// <summary>Values whose bytes in memory are those of the file.</summary>
    public static void Write<T>(ReadOnlySpan<T> values, ByteBuffer target)
        where T : unmanaged => target.Write(MemoryMarshal.AsBytes(values));

    public static void WriteInt32(ReadOnlySpan<ulong> values, ByteBuffer target)
    {
        var room = target.Reserve(checked(values.Length * sizeof(int)));
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(room[(i * sizeof(int))..], (int)values[i]);
        }

        target.Advance(values.Length * sizeof(int));
    }

    /// <summary>A bit a value, the lowest first.</summary>
    /// <returns>How many are true.</returns>
    public static int WriteBooleans(ReadOnlySpan<bool> values, ByteBuffer target)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var room = target.Reserve((values.Length / 8) + sizeof(int));
        var (written, count, i) = (0, 0, 0);
        for (; i + Vector256<byte>.Count <= bytes.Length; i += Vector256<byte>.Count)
        {
            var falses = Vector256.Equals(Vector256.LoadUnsafe(in bytes[i]), Vector256<byte>.Zero).ExtractMostSignificantBits();
            BinaryPrimitives.WriteUInt32LittleEndian(room[written..], ~falses);
            written += sizeof(uint);
            count += System.Numerics.BitOperations.PopCount(~falses);
        }

        for (; i < bytes.Length; i += 8)
        {
            var eight = 0;
            for (var bit = 0; bit < 8 && i + bit < bytes.Length; bit++)
            {
                eight |= (bytes[i + bit] != 0 ? 1 : 0) << bit;
            }

            room[written++] = (byte)eight;
            count += System.Numerics.BitOperations.PopCount((uint)eight);
        }

        target.Advance(written);
        return count;
    }

    /// <summary>Texts, each behind its length in four bytes.</summary>
    public static void WriteTexts(ReadOnlySpan<byte> data, ReadOnlySpan<Slice> texts, ByteBuffer target)
    {
        foreach (var slice in texts)
        {
            var text = slice.Of(data);
            var room = target.Reserve(checked(text.Length + sizeof(int)));
            BinaryPrimitives.WriteInt32LittleEndian(room, text.Length);
            text.CopyTo(room[sizeof(int)..]);
            target.Advance(text.Length + sizeof(int));
        }
    }
}
