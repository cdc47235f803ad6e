using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ingest.Storage.Parquet;

/// <summary>
/// Looks the codes of 64 bytes up at once, and joins them by fours: what is left to do one after the other is to put sixteen
/// pieces of up to 44 bits behind each other. Only for bytes below 128, and where <see cref="Avx512Vbmi"/> is to be had.
/// </summary>
internal sealed class WideHuffman
{
    public const int Block = 64;
    private const int CodeBits = HuffmanCode.MaxBits;
    private readonly byte[] lower = new byte[2 * Block];
    private readonly byte[] upper = new byte[2 * Block];

    public static bool IsSupported => Avx512Vbmi.IsSupported;

    /// <param name="entries">As in <see cref="HuffmanCode.Entries"/>.</param>
    public void Take(ReadOnlySpan<uint> entries)
    {
        for (var symbol = 0; symbol < lower.Length; symbol++)
        {
            // Eleven bits of code, four of its length, and one for no code.
            var entry = entries[symbol];
            var word = (entry & ((1 << CodeBits) - 1)) | ((uint)(byte)(entry >> 16) << CodeBits) | (entry >> 31 << 15);
            (lower[symbol], upper[symbol]) = ((byte)word, (byte)(word >> 8));
        }
    }

    /// <summary>Encodes blocks from the end of <paramref name="text"/> on as long as it can.</summary>
    /// <returns>Bytes at the start of the text that are left.</returns>
    public int Encode(ReadOnlySpan<byte> text, ref byte target, ref BitSink sink)
    {
        Span<ulong> codes = stackalloc ulong[16];
        Span<ulong> lengths = stackalloc ulong[16];
        ref var source = ref MemoryMarshal.GetReference(text);
        var (lowerA, lowerB) = (Vector512.LoadUnsafe(ref lower[0]), Vector512.LoadUnsafe(ref lower[Block]));
        var (upperA, upperB) = (Vector512.LoadUnsafe(ref upper[0]), Vector512.LoadUnsafe(ref upper[Block]));
        var absent = Vector512<ushort>.Zero;
        var (accumulator, bits, size) = (sink.Accumulator, sink.Bits, sink.Size);
        var rest = text.Length;
        for (; rest >= Block; rest -= Block)
        {
            var bytes = Vector512.LoadUnsafe(ref source, (nuint)(rest - Block));
            if (bytes.ExtractMostSignificantBits() != 0)
            {
                break;
            }

            var low = Avx512Vbmi.PermuteVar64x8x2(lowerA, bytes, lowerB);
            var high = Avx512Vbmi.PermuteVar64x8x2(upperA, bytes, upperB);
            var (first, second) = (Avx512BW.UnpackLow(low, high).AsUInt16(), Avx512BW.UnpackHigh(low, high).AsUInt16());
            absent |= first | second;
            Join(first, ref codes[0], ref lengths[0]);
            Join(second, ref codes[8], ref lengths[8]);

            // The two vectors hold the halves of each sixteen bytes; the last come first.
            for (var sixteen = 6; sixteen >= 0; sixteen -= 2)
            {
                Put(ref target, codes[sixteen + 9], lengths[sixteen + 9], ref accumulator, ref bits, ref size);
                Put(ref target, codes[sixteen + 8], lengths[sixteen + 8], ref accumulator, ref bits, ref size);
                Put(ref target, codes[sixteen + 1], lengths[sixteen + 1], ref accumulator, ref bits, ref size);
                Put(ref target, codes[sixteen], lengths[sixteen], ref accumulator, ref bits, ref size);
            }
        }

        sink = new BitSink(accumulator, bits, size, sink.HasAbsent || (absent & Vector512.Create((ushort)0x8000)) != Vector512<ushort>.Zero);
        return rest;
    }

    /// <summary>Of four neighbours the last is the lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(Vector512<ushort> words, ref ulong codes, ref ulong lengths)
    {
        var code = (words & Vector512.Create((ushort)((1 << CodeBits) - 1))).AsUInt32();
        var length = ((words >>> CodeBits) & Vector512.Create((ushort)15)).AsUInt32();
        var pairLength = (length >>> 16) + (length & Vector512.Create(0xFFFFu));
        var pairs = ((code >>> 16) | Avx512F.ShiftLeftLogicalVariable(code & Vector512.Create(0xFFFFu), length >>> 16)).AsUInt64();
        var lengthOfPairs = pairLength.AsUInt64();
        var fours = (pairs >>> 32) | Avx512F.ShiftLeftLogicalVariable(pairs & Vector512.Create(0xFFFF_FFFFUL), lengthOfPairs >>> 32);
        fours.StoreUnsafe(ref codes);
        ((lengthOfPairs >>> 32) + (lengthOfPairs & Vector512.Create(0xFFFF_FFFFUL))).StoreUnsafe(ref lengths);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref byte target, ulong code, ulong length, ref ulong accumulator, ref int bits, ref int size)
    {
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, size), accumulator);
        size += bits >> 3;
        accumulator = (accumulator >> (bits & ~7)) | (code << (bits & 7));
        bits = (bits & 7) + (int)length;
    }
}

/// <summary>Where the bits of a stream are up to: at most 51 of them wait in the accumulator.</summary>
internal readonly record struct BitSink(ulong Accumulator, int Bits, int Size, bool HasAbsent);
