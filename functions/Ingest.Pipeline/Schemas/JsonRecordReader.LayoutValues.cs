using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <content>
/// Values of a record that is read along a layout: each returns the index behind the value, or <see cref="Failed"/>, having appended
/// nothing, where the general reader must decide.
/// </content>
public sealed partial class JsonRecordReader
{
    // Fractions have at most eight digits.
    private static ReadOnlySpan<double> SignedPowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 0, 0, 0, 0, 0, 0, 0,
        -1e0, -1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7, -1e8, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static readonly uint True = MemoryMarshal.Read<uint>("true"u8);
    private static readonly uint False = MemoryMarshal.Read<uint>("fals"u8);

    private DateMemory dates;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadDouble(ref byte value, int at, LayoutState state)
    {
        var sign = value == '-' ? 1 : 0;
        var length = ShortNumber.Read(ref value, sign, out var mantissa, out var fraction);

        // A mantissa of fourteen digits is exact in a double, and so is the power of ten: the division rounds once. Where the length is 0,
        // the fraction is any number.
        var number = (long)mantissa / Unsafe.Add(ref MemoryMarshal.GetReference(SignedPowersOfTen), (sign << 4) + (fraction & 15));
        if (length == 0 || !(number >= state.Lowest && number <= state.Highest) || (long)mantissa < sign)
        {
            // The last is minus zero, which no integer can be.
            return Failed;
        }

        Unsafe.As<DoubleColumn>(state.Target).Append(number);
        return at + length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadInt64(ref byte value, int at, LayoutState state)
    {
        var sign = value == '-' ? 1 : 0;
        var length = ShortNumber.Read(ref value, sign, out var mantissa, out var fraction);
        var number = ((long)mantissa ^ -sign) + sign;
        if (length == 0 || fraction != 0 || number < state.LowestInteger || number > state.HighestInteger)
        {
            return Failed;
        }

        Unsafe.As<Int64Column>(state.Target).Append(number);
        return at + length;
    }

    /// <param name="rest">Bytes that can be read from the value on.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadString(ref byte value, int rest, int at, LayoutState state)
    {
        if (value != '"')
        {
            return Failed;
        }

        var column = Unsafe.As<BytesColumn>(state.Target);
        var length = JsonText.CopyPlain(ref Unsafe.Add(ref value, 1), rest - 1, ref MemoryMarshal.GetReference(column.Reserve(JsonText.CopyRoom)));
        if (length < 0 || length >= limits.MaxStringBytes)
        {
            return Failed;
        }

        if (state.HasOtherRules && !(state.Words is { } words
            ? words.Contains(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref value, 1)), length)
            : CheckText(at, state.Node, MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref value, 1), length)) >= 0))
        {
            return Failed;
        }

        column.Commit(length);
        return at + length + 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadBoolean(ref byte value, int at, LayoutState state)
    {
        // Which of the two comes next is a coin toss, so nothing branches on it.
        var letters = Unsafe.ReadUnaligned<uint>(ref value);
        var isTrue = letters == True;
        if (!(isTrue | (letters == False & Unsafe.Add(ref value, 4) == 'e')))
        {
            return Failed;
        }

        Unsafe.As<BooleanColumn>(state.Target).Append(isTrue);
        return at + 4 + (isTrue ? 0 : 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadTimestamp(ref byte value, int at, LayoutState state)
    {
        var length = ShortTimestamp.Read(ref Unsafe.Add(ref value, 1), ref dates, out var microseconds);
        if (length == 0 || value != '"')
        {
            return Failed;
        }

        Unsafe.As<Int64Column>(state.Target).Append(microseconds);
        return at + 1 + length;
    }
}
