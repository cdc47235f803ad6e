using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ingest.Storage.Parquet;

/// <summary>Parquet's bit packing: values of a fixed width back to back, the lowest bit first. Eight values of w bits are w bytes.</summary>
internal static class BitPacking
{
    /// <summary>What <see cref="Pack8(ref uint, int, ref byte)"/> may write; the bytes behind the packed ones are garbage.</summary>
    public const int Slack = 32;

    /// <summary>Packs eight values of at most 8 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack8(ulong eightBytes, int width, ref byte target)
    {
        // Neighbours move together in three steps; no step depends on a special instruction, some processors' PEXT is slow.
        var x = (eightBytes & 0x00FF00FF00FF00FF) | ((eightBytes & 0xFF00FF00FF00FF00) >> (8 - width));
        x = (x & 0x0000FFFF0000FFFF) | ((x & 0xFFFF0000FFFF0000) >> (16 - (2 * width)));
        x = (x & 0x00000000FFFFFFFF) | (x >> 32 << (4 * width));
        Unsafe.WriteUnaligned(ref target, x);
    }

    /// <param name="values">Eight values of at most <paramref name="width"/> bits.</param>
    /// <param name="width">0–32.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack8(ref uint values, int width, ref byte target)
    {
        if (width > 16)
        {
            PackWide(ref values, width, ref target);
            return;
        }

        var shorts = Vector128.Narrow(Vector128.LoadUnsafe(ref values), Vector128.LoadUnsafe(ref values, 4));
        if (width <= 8)
        {
            Pack8(Vector128.Narrow(shorts, shorts).AsUInt64().ToScalar(), width, ref target);
            return;
        }

        var low = Pack4(shorts.AsUInt64().GetElement(0), width);
        var high = Pack4(shorts.AsUInt64().GetElement(1), width);
        var bits = 4 * width;
        Unsafe.WriteUnaligned(ref target, bits == 64 ? low : low | (high << bits));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 8), bits == 64 ? high : high >> (64 - bits));
    }

    /// <summary>Packs any number of values of more than 32 bits; the count must be a multiple of eight.</summary>
    public static void PackLong(ReadOnlySpan<ulong> values, int width, ref byte target)
    {
        var (accumulator, bits, offset) = (0UL, 0, 0);
        foreach (var value in values)
        {
            accumulator |= value << bits;
            bits += width;
            if (bits < 64)
            {
                continue;
            }

            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, offset), accumulator);
            offset += 8;
            bits -= 64;
            accumulator = bits == 0 ? 0 : value >> (width - bits);
        }

        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, offset), accumulator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pack4(ulong fourShorts, int width)
    {
        var x = (fourShorts & 0x0000FFFF0000FFFF) | ((fourShorts & 0xFFFF0000FFFF0000) >> (16 - width));
        return (x & 0x00000000FFFFFFFF) | (x >> 32 << (2 * width));
    }

    private static void PackWide(ref uint values, int width, ref byte target)
    {
        var (accumulator, bits, offset) = (0UL, 0, 0);
        for (var i = 0; i < 8; i++)
        {
            accumulator |= (ulong)Unsafe.Add(ref values, i) << bits;
            bits += width;
            if (bits >= 32)
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, offset), (uint)accumulator);
                (offset, bits) = (offset + 4, bits - 32);
                accumulator >>= 32;
            }
        }

        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, offset), (uint)accumulator);
    }
}
