using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Numbers of at most fifteen characters, eight digits on either side of the point, which nearly all readings are, without a
/// loop: how many digits there are differs from value to value, so the processor cannot predict the end of one.
/// </summary>
internal static class ShortNumber
{
    /// <summary>Bytes that must be readable: a sign, sixteen to look at, and eight from behind the point.</summary>
    public const int Window = 24;

    // From any index on, the sixteen places up to two before it.
    private static ReadOnlySpan<sbyte> Places =>
    [
        -17, -16, -15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ];

    private static ReadOnlySpan<ulong> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>Reads a number without sign and exponent. Returns its length; 0 where the general reading must decide.</summary>
    /// <param name="mantissa">The digits as one integer, below 10^14.</param>
    /// <param name="fraction">How many of the digits stand behind the point, 0–8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<byte> json, int at, out ulong mantissa, out int fraction)
    {
        (mantissa, fraction) = (0, 0);
        return json.Length - at < Window ? 0 : Read(ref Unsafe.Add(ref MemoryMarshal.GetReference(json), at), 0, out mantissa, out fraction);
    }

    /// <summary>Returns the length, the sign included; 0 where the general reading must decide, and the other results mean nothing.</summary>
    /// <param name="start">At least <see cref="Window"/> bytes are readable from here on.</param>
    /// <param name="sign">1 where a minus stands at the start, else 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte start, int sign, out ulong mantissa, out int fraction)
    {
        (mantissa, fraction) = (0, 0);

        // What follows waits for the end: it is looked for from the start on, not from behind the sign.
        var others = Others(Vector128.LoadUnsafe(ref start)) & ~(uint)sign;
        ref var first = ref Unsafe.Add(ref start, sign);
        var point = BitOperations.TrailingZeroCount(others);
        var whole = point - sign;
        if ((uint)(whole - 1) >= 8 || (first == '0' && whole > 1))
        {
            return 0;
        }

        var end = point;
        if (Unsafe.Add(ref start, point) == '.')
        {
            end = BitOperations.TrailingZeroCount(others & (others - 1));
            fraction = end - point - 1;
            if ((uint)(fraction - 1) >= 8)
            {
                return 0;
            }
        }

        mantissa = Ssse3.IsSupported ? Gather(ref first, whole, fraction) : Add(ref first, whole, fraction);
        return (Unsafe.Add(ref start, end) | 0x20) == 'e' ? 0 : end;
    }

    /// <summary>Which of sixteen bytes are no digits, a bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Others(Vector128<byte> bytes) =>
        Vector128.GreaterThan((bytes + Vector128.Create((byte)(0x80 - '0'))).AsSByte(), Vector128.Create((sbyte)(9 - 0x80))).ExtractMostSignificantBits();

    /// <summary>The digits around the point, moved together to the vector's end and then added up pair by pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Gather(ref byte first, int whole, int fraction)
    {
        // Those before the point come from one place further to the left, as the point itself takes none.
        var places = Vector128.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(Places), whole + 1 + fraction));
        places -= Vector128.GreaterThan(places, Vector128.Create((sbyte)(whole - 1)));
        var digits = Vector128.LoadUnsafe(ref first) - Vector128.Create((byte)'0');
        var pairs = Ssse3.MultiplyAddAdjacent(Ssse3.Shuffle(digits, places.AsByte()), Vector128.Create((ushort)(10 | (1 << 8))).AsSByte());
        var fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(100 | (1 << 16)).AsInt16());
        var eights = Sse2.MultiplyAddAdjacent(Sse2.PackSignedSaturate(fours, fours), Vector128.Create(10_000 | (1 << 16)).AsInt16());
        var both = eights.AsUInt64().ToScalar();
        return ((ulong)(uint)both * 100_000_000) + (both >> 32);
    }

    /// <summary>The same where <see cref="Ssse3"/> is not to be had.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Add(ref byte first, int whole, int fraction)
    {
        var mantissa = Parse(ref first, whole);
        return fraction == 0 ? mantissa
            : (mantissa * Unsafe.Add(ref MemoryMarshal.GetReference(PowersOfTen), fraction)) + Parse(ref Unsafe.Add(ref first, whole + 1), fraction);
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
