using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Ingest.Pipeline.Schemas;

/// <summary>Why a string is not acceptable.</summary>
internal enum TextProblem
{
    None,
    Unterminated,
    ControlCharacter,
    InvalidEscape,
    InvalidUtf8,
    LoneSurrogate,
}

/// <summary>JSON strings at byte level.</summary>
internal static class JsonText
{
    /// <summary>Bytes that <see cref="CopyPlain"/> may write.</summary>
    public const int CopyRoom = 64;

    /// <summary>
    /// Index of the closing quote of the string whose content begins at <paramref name="at"/>, if all of it is ASCII without
    /// escapes; else the complement of the index of the first byte that is not.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindPlainEnd(ReadOnlySpan<byte> json, int at)
    {
        ref var start = ref MemoryMarshal.GetReference(json);
        while (json.Length - at >= Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref start, (nuint)at);

            // Signed: control characters and bytes from 0x80 on are both below the space.
            var special = Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)0x20)).AsByte()
                | Vector128.Equals(bytes, Vector128.Create((byte)'"'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'\\'));
            var mask = special.ExtractMostSignificantBits();
            if (mask != 0)
            {
                at += System.Numerics.BitOperations.TrailingZeroCount(mask);
                return json[at] == '"' ? at : ~at;
            }

            at += Vector128<byte>.Count;
        }

        while (at < json.Length)
        {
            var b = json[at];
            if (b == '"')
            {
                return at;
            }

            if (b is < 0x20 or >= 0x80 or (byte)'\\')
            {
                break;
            }

            at++;
        }

        return ~at;
    }

    /// <summary>
    /// Length of a string shorter than <see cref="CopyRoom"/> that is ASCII without escapes; −1 where the string is another, or
    /// ends too near to the end of the payload. Its content, and bytes behind it, are copied.
    /// </summary>
    /// <param name="start">The content's first byte.</param>
    /// <param name="rest">Bytes that can be read from there on.</param>
    /// <param name="room">At least <see cref="CopyRoom"/> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CopyPlain(ref byte start, int rest, ref byte room)
    {
        for (var copied = 0; copied < CopyRoom && rest - copied >= Vector256<byte>.Count; copied += Vector256<byte>.Count)
        {
            var bytes = Vector256.LoadUnsafe(ref start, (nuint)copied);
            bytes.StoreUnsafe(ref room, (nuint)copied);

            // Signed: control characters and bytes from 0x80 on are both below the space.
            var special = Vector256.LessThan(bytes.AsSByte(), Vector256.Create((sbyte)0x20)).AsByte()
                | Vector256.Equals(bytes, Vector256.Create((byte)'"'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\\'));
            var mask = special.ExtractMostSignificantBits();
            if (mask != 0)
            {
                copied += System.Numerics.BitOperations.TrailingZeroCount(mask);
                return Unsafe.Add(ref start, copied) == '"' ? copied : -1;
            }
        }

        return -1;
    }

    /// <summary>Checks the string whose content begins at <paramref name="start"/>.</summary>
    /// <param name="end">The closing quote, or the offending byte.</param>
    /// <param name="escaped">Whether <see cref="Unescape(ReadOnlySpan{byte}, Span{byte})"/> is needed.</param>
    public static TextProblem Scan(ReadOnlySpan<byte> json, int start, out int end, out bool escaped)
    {
        var at = start;
        escaped = false;
        var ascii = true;
        while (at < json.Length)
        {
            var b = json[at];
            if (b == '"')
            {
                end = at;
                return ascii || Utf8.IsValid(json[start..at]) ? TextProblem.None : TextProblem.InvalidUtf8;
            }

            if (b == '\\')
            {
                escaped = true;
                var problem = ScanEscape(json, ref at);
                if (problem != TextProblem.None)
                {
                    end = at;
                    return problem;
                }
            }
            else if (b < 0x20)
            {
                end = at;
                return TextProblem.ControlCharacter;
            }
            else
            {
                ascii &= b < 0x80;
                at++;
            }
        }

        end = json.Length;
        return TextProblem.Unterminated;
    }

    /// <summary>Unescapes what <see cref="Scan"/> has accepted; the result is never longer than the source.</summary>
    public static int Unescape(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var written = 0;
        var at = 0;
        while (at < source.Length)
        {
            if (source[at] != '\\')
            {
                target[written++] = source[at++];
                continue;
            }

            var escape = source[at + 1];
            at += 2;
            if (escape != 'u')
            {
                target[written++] = escape switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => escape,
                };
                continue;
            }

            var unit = Hex(source, at);
            at += 4;
            if (char.IsHighSurrogate((char)unit))
            {
                unit = char.ConvertToUtf32((char)unit, (char)Hex(source, at + 2));
                at += 6;
            }

            written += new Rune(unit).EncodeToUtf8(target[written..]);
        }

        return written;
    }

    public static byte[] Unescape(ReadOnlySpan<byte> source)
    {
        var target = new byte[source.Length];
        return target[..Unescape(source, target)];
    }

    /// <summary>Length in code points of valid UTF-8.</summary>
    public static int CountCodePoints(ReadOnlySpan<byte> utf8)
    {
        var continuations = 0;
        foreach (var b in utf8)
        {
            continuations += (b & 0xC0) == 0x80 ? 1 : 0;
        }

        return utf8.Length - continuations;
    }

    public static string Describe(TextProblem problem) => problem switch
    {
        TextProblem.Unterminated => "The text ends inside a string.",
        TextProblem.ControlCharacter => "A string holds a control character that is not escaped.",
        TextProblem.InvalidEscape => "A string holds an invalid escape sequence.",
        TextProblem.InvalidUtf8 => "A string is not valid UTF-8.",
        TextProblem.LoneSurrogate => "A string holds half of a surrogate pair, which no text encoding can store.",
        _ => throw new ArgumentOutOfRangeException(nameof(problem)),
    };

    private static TextProblem ScanEscape(ReadOnlySpan<byte> json, ref int at)
    {
        if (at + 1 >= json.Length)
        {
            return TextProblem.Unterminated;
        }

        switch (json[at + 1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                at += 2;
                return TextProblem.None;
            case (byte)'u':
                var unit = Hex(json, at + 2);
                if (unit < 0)
                {
                    return TextProblem.InvalidEscape;
                }

                if (!char.IsSurrogate((char)unit))
                {
                    at += 6;
                    return TextProblem.None;
                }

                if (char.IsLowSurrogate((char)unit)
                    || at + 7 >= json.Length || json[at + 6] != '\\' || json[at + 7] != 'u'
                    || !char.IsLowSurrogate((char)Math.Max(0, Hex(json, at + 8))))
                {
                    return TextProblem.LoneSurrogate;
                }

                at += 12;
                return TextProblem.None;
            default:
                return TextProblem.InvalidEscape;
        }
    }

    private static int Hex(ReadOnlySpan<byte> json, int at)
    {
        if (json.Length - at < 4)
        {
            return -1;
        }

        var value = 0;
        foreach (var b in json.Slice(at, 4))
        {
            var digit = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) | digit;
        }

        return value;
    }
}
