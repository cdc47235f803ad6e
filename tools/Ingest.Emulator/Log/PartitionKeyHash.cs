using System.Buffers.Binary;
using System.Numerics;

namespace Ingest.Emulator.Log;

/// <summary>
/// Which partition a key goes to: Jenkins' lookup3, folded to 16 bits, as the Event Hubs SDKs compute it for buffered producers.
/// </summary>
internal static class PartitionKeyHash
{
    public static int Partition(ReadOnlySpan<byte> utf8Key, int partitionCount)
    {
        var (b, c) = Lookup3(utf8Key);
        return Math.Abs((short)(c ^ b) % partitionCount);
    }

    private static (uint B, uint C) Lookup3(ReadOnlySpan<byte> data)
    {
        var a = 0xdeadbeef + (uint)data.Length;
        var b = a;
        var c = a;
        for (; data.Length > 12; data = data[12..])
        {
            a += Word(data);
            b += Word(data[4..]);
            c += Word(data[8..]);
            a = (a - c) ^ BitOperations.RotateLeft(c, 4);
            c += b;
            b = (b - a) ^ BitOperations.RotateLeft(a, 6);
            a += c;
            c = (c - b) ^ BitOperations.RotateLeft(b, 8);
            b += a;
            a = (a - c) ^ BitOperations.RotateLeft(c, 16);
            c += b;
            b = (b - a) ^ BitOperations.RotateLeft(a, 19);
            a += c;
            c = (c - b) ^ BitOperations.RotateLeft(b, 4);
            b += a;
        }

        if (data.IsEmpty)
        {
            return (b, c);
        }

        // Missing bytes of the last block count as zero.
        Span<byte> last = stackalloc byte[12];
        last.Clear();
        data.CopyTo(last);
        a += Word(last);
        b += Word(last[4..]);
        c += Word(last[8..]);
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        c = (c ^ b) - BitOperations.RotateLeft(b, 24);
        return (b, c);
    }

    private static uint Word(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32LittleEndian(data);
}
