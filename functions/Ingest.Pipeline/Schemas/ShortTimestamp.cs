using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ingest.Pipeline.Schemas;

/// <summary>The day that was read last: of a batch's events nearly all have the same.</summary>
internal struct DateMemory
{
    public ulong Head;
    public ushort Tail;
    public long Microseconds;
}

/// <summary>Times as nearly all serializers write them, <c>2026-11-23T06:00:00.123Z</c>, without a loop.</summary>
internal static class ShortTimestamp
{
    private const ulong Zeros = 0x3030_3030_3030_3030;

    private static ReadOnlySpan<int> Scales => [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Returns the length of the text and the closing quote; 0 where <see cref="Rfc3339"/> must decide.</summary>
    /// <param name="start">At least 32 bytes are readable from here on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte start, ref DateMemory last, out long microseconds)
    {
        microseconds = 0;
        if (!BitConverter.IsLittleEndian)
        {
            return 0;
        }

        var head = Unsafe.ReadUnaligned<ulong>(ref start);
        var tail = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref start, 8));
        if ((head != last.Head || tail != last.Tail) && !TryDate(ref start, ref last))
        {
            return 0;
        }

        // 06:00:00: each byte becomes its digit, the colons zero.
        var time = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, 11)) ^ 0x3030_3A30_303A_3030;
        if (Unsafe.Add(ref start, 10) != 'T' || (((time + 0x0606_0F06_060F_0606) | time) & 0xF0F0_F0F0_F0F0_F0F0) != 0)
        {
            return 0;
        }

        var pairs = (time * 10) + (time >> 8);
        var (hour, minute, second) = ((uint)(byte)pairs, (uint)(byte)(pairs >> 24), (uint)(byte)(pairs >> 48));
        if (hour > 23 || minute > 59 || second > 59)
        {
            return 0;
        }

        microseconds = last.Microseconds + ((((hour * 60) + minute) * 60) + second) * 1_000_000L;
        var next = Unsafe.Add(ref start, 19);
        if (next == 'Z')
        {
            return Unsafe.Add(ref start, 20) == '"' ? 21 : 0;
        }

        var digits = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, 20)) ^ Zeros;
        var count = BitOperations.TrailingZeroCount(((digits + 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080) >> 3;
        if (next != '.' || (uint)(count - 1) >= 6 || Unsafe.Add(ref start, 20 + count) != 'Z' || Unsafe.Add(ref start, 21 + count) != '"')
        {
            return 0;
        }

        microseconds += (long)ShortNumber.Parse(ref Unsafe.Add(ref start, 20), count) * Scales[count];
        return 22 + count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryDate(ref byte start, ref DateMemory last)
    {
        if (Rfc3339.ParseDate(MemoryMarshal.CreateReadOnlySpan(ref start, 10), out var days) is not null)
        {
            return false;
        }

        last = new DateMemory
        {
            Head = Unsafe.ReadUnaligned<ulong>(ref start),
            Tail = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref start, 8)),
            Microseconds = days * Rfc3339.MicrosecondsPerDay,
        };
        return true;
    }
}
