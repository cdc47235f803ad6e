using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ingest.Storage.Parquet;

/// <summary>DELTA_BINARY_PACKED: blocks of 128 differences in four parts, each part with the bits that its largest needs.</summary>
internal static class DeltaPacking
{
    private const int BlockSize = 128;
    private const int Parts = 4;
    private const int PartSize = BlockSize / Parts;

    /// <param name="isInt32">The file's type is int32: differences wrap around there.</param>
    public static void Write(ReadOnlySpan<long> values, bool isInt32, ByteBuffer target)
    {
        target.WriteVarint(BlockSize);
        target.WriteVarint(Parts);
        target.WriteVarint((uint)values.Length);
        target.WriteZigzag(values.IsEmpty ? 0 : values[0]);
        Span<long> deltas = stackalloc long[BlockSize];
        for (var i = 1; i < values.Length; i += BlockSize)
        {
            var count = Math.Min(BlockSize, values.Length - i);
            WriteBlock(values.Slice(i - 1, count + 1), deltas, isInt32, target);
        }
    }

    private static void WriteBlock(ReadOnlySpan<long> values, Span<long> deltas, bool isInt32, ByteBuffer target)
    {
        var count = values.Length - 1;
        var smallest = Differences(values, deltas[..count], isInt32);
        target.WriteZigzag(smallest);
        var widths = target.Reserve(Parts + (BlockSize * sizeof(long)) + BitPacking.Slack);
        ref var packed = ref widths[Parts];
        var size = Parts;
        for (var part = 0; part < Parts; part++)
        {
            var inPart = deltas[(part * PartSize)..][..PartSize];
            var used = Math.Clamp(count - (part * PartSize), 0, PartSize);
            inPart[used..].Fill(smallest);
            var width = 64 - BitOperations.LeadingZeroCount(Subtract(inPart, smallest));
            widths[part] = (byte)width;
            Pack(MemoryMarshal.Cast<long, ulong>(inPart), width, ref packed);
            packed = ref Unsafe.Add(ref packed, width * PartSize / 8);
            size += width * PartSize / 8;
        }

        target.Advance(size);
    }

    /// <summary>Writes the differences of neighbours and returns the smallest.</summary>
    private static long Differences(ReadOnlySpan<long> values, Span<long> deltas, bool isInt32)
    {
        var smallest = long.MaxValue;
        var i = 0;
        if (!isInt32 && deltas.Length >= Vector256<long>.Count)
        {
            var least = Vector256.Create(long.MaxValue);
            for (; i + Vector256<long>.Count <= deltas.Length; i += Vector256<long>.Count)
            {
                var delta = Vector256.LoadUnsafe(in values[i + 1]) - Vector256.LoadUnsafe(in values[i]);
                delta.StoreUnsafe(ref deltas[i]);
                least = Vector256.Min(least, delta);
            }

            smallest = Math.Min(Math.Min(least[0], least[1]), Math.Min(least[2], least[3]));
        }

        for (; i < deltas.Length; i++)
        {
            var delta = unchecked(values[i + 1] - values[i]);
            deltas[i] = isInt32 ? unchecked((int)delta) : delta;
            smallest = Math.Min(smallest, deltas[i]);
        }

        return smallest;
    }

    /// <summary>Subtracts in place and returns all bits that occur in the results.</summary>
    private static ulong Subtract(Span<long> part, long smallest)
    {
        var (all, base4) = (Vector256<long>.Zero, Vector256.Create(smallest));
        for (var i = 0; i < PartSize; i += Vector256<long>.Count)
        {
            var rest = Vector256.LoadUnsafe(ref part[i]) - base4;
            rest.StoreUnsafe(ref part[i]);
            all |= rest;
        }

        return (ulong)(all[0] | all[1] | all[2] | all[3]);
    }

    private static void Pack(ReadOnlySpan<ulong> part, int width, ref byte target)
    {
        if (width > 32)
        {
            BitPacking.PackLong(part, width, ref target);
            return;
        }

        if (width == 0)
        {
            return;
        }

        Span<uint> narrow = stackalloc uint[8];
        for (var i = 0; i < PartSize; i += 8)
        {
            Vector256.Narrow(Vector256.LoadUnsafe(in part[i]), Vector256.LoadUnsafe(in part[i + 4])).StoreUnsafe(ref narrow[0]);
            BitPacking.Pack8(ref narrow[0], width, ref Unsafe.Add(ref target, i * width / 8));
        }
    }
}
