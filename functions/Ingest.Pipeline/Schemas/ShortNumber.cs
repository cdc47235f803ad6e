using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Numbers of at most fifteen characters, eight digits on either side of the point, which nearly all readings are, without a
/// loop: how many digits there are differs from value to value, so the processor cannot predict the end of one.
/// </summary>
internal static class ShortNumber
{
    /// <summary>Bytes that must be readable: sixteen to look at, and eight from behind the point.</summary>
    public const int Window = 24;

    private static ReadOnlySpan<ulong> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>Reads a number without sign and exponent. Returns its length; 0 where the general reading must decide.</summary>
    /// <param name="mantissa">The digits as one integer, below 10^14.</param>
    /// <param name="fraction">How many of the digits stand behind the point, 0–8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<byte> json, int at, out ulong mantissa, out int fraction)
    {
        (mantissa, fraction) = (0, 0);
        return json.Length - at < Window ? 0 : Read(ref Unsafe.Add(ref MemoryMarshal.GetReference(json), at), out mantissa, out fraction);
    }

    /// <param name="start">At least <see cref="Window"/> bytes are readable from here on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte start, out ulong mantissa, out int fraction)
    {
        (mantissa, fraction) = (0, 0);
        var digits = Vector128.LoadUnsafe(ref start) - Vector128.Create((byte)'0');
        var others = Vector128.GreaterThan(digits, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        var whole = BitOperations.TrailingZeroCount(others);
        if ((uint)(whole - 1) >= 8 || (start == '0' && whole > 1))
        {
            return 0;
        }

        mantissa = Parse(ref start, whole);
        var end = whole;
        if (Unsafe.Add(ref start, whole) == '.')
        {
            fraction = BitOperations.TrailingZeroCount(others >> (whole + 1));
            if ((uint)(fraction - 1) >= 8)
            {
                return 0;
            }

            end += 1 + fraction;
            mantissa = (mantissa * Unsafe.Add(ref MemoryMarshal.GetReference(PowersOfTen), fraction)) + Parse(ref Unsafe.Add(ref start, whole + 1), fraction);
        }

        return (Unsafe.Add(ref start, end) | 0x20) == 'e' ? 0 : end;
    }

    /// <summary>Eight digits at once, pairs first; <paramref name="count"/> of them, 1–8, after leading zeros that the shift puts there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Parse(ref byte start, int count)
    {
        const ulong Pairs = 0x0000_00FF_0000_00FF;
        var bytes = Unsafe.ReadUnaligned<ulong>(ref start);
        bytes = BitConverter.IsLittleEndian ? bytes : BinaryPrimitives.ReverseEndianness(bytes);
        var digits = unchecked(bytes - 0x3030_3030_3030_3030) << (64 - (8 * count));
        digits = unchecked((digits * 10) + (digits >> 8));
        return (uint)(unchecked(((digits & Pairs) * 0x000F_4240_0000_0064) + (((digits >> 16) & Pairs) * 0x0000_2710_0000_0001)) >> 32);
    }
}
