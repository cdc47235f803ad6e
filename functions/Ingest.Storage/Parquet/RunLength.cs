using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ingest.Storage.Parquet;

/// <summary>Parquet's hybrid of runs and bit packing, for levels (bytes) and dictionary indices (uints).</summary>
internal static class RunLength
{
    /// <summary>A run of one value.</summary>
    public static void WriteRun(uint value, int count, int width, ByteBuffer target)
    {
        if (count == 0)
        {
            return;
        }

        target.WriteVarint((ulong)(uint)count << 1);
        for (var bits = 0; bits < width; bits += 8)
        {
            target.Write((byte)(value >> bits));
        }
    }

    /// <param name="width">Bits a value: 1–8 for bytes, 1–32 for uints.</param>
    public static void Write<T>(ReadOnlySpan<T> values, int width, ByteBuffer target)
        where T : unmanaged, IBinaryInteger<T>
    {
        // A run costs its header and that of the packed values behind it.
        var worthwhile = Math.Max(8, 40 / width);
        var packed = 0;
        for (var i = 0; i + 8 <= values.Length;)
        {
            var first = values[i];
            if (values[i + 1] == first && values[i + 7] == first)
            {
                var length = values[i..].IndexOfAnyExcept(first);
                length = length < 0 ? values.Length - i : length;
                if (length >= worthwhile)
                {
                    Pack(values[packed..i], width, target);
                    WriteRun(uint.CreateTruncating(first), length, width, target);
                    i += length;
                    packed = i;
                    continue;
                }
            }

            i += 8;
        }

        Pack(values[packed..], width, target);
    }

    private static void Pack<T>(ReadOnlySpan<T> values, int width, ByteBuffer target)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty)
        {
            return;
        }

        var groups = (values.Length + 7) / 8;
        target.WriteVarint(((ulong)(uint)groups << 1) | 1);
        var size = checked(groups * width);
        ref var room = ref MemoryMarshal.GetReference(target.Reserve(checked(size + BitPacking.Slack)));
        ref var value = ref MemoryMarshal.GetReference(values);
        var whole = values.Length / 8;
        for (var group = 0; group < whole; group++)
        {
            PackGroup(ref Unsafe.Add(ref value, group * 8), width, ref Unsafe.Add(ref room, group * width));
        }

        if (whole < groups)
        {
            Span<T> last = stackalloc T[8];
            last.Clear();
            values[(whole * 8)..].CopyTo(last);
            PackGroup(ref last[0], width, ref Unsafe.Add(ref room, whole * width));
        }

        target.Advance(size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackGroup<T>(ref T values, int width, ref byte target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            BitPacking.Pack8(Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<T, byte>(ref values)), width, ref target);
        }
        else
        {
            BitPacking.Pack8(ref Unsafe.As<T, uint>(ref values), width, ref target);
        }
    }
}
