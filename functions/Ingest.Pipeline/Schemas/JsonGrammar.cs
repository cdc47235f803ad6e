using System.Runtime.CompilerServices;

namespace Ingest.Pipeline.Schemas;

/// <summary>The small pieces of RFC 8259.</summary>
internal static class JsonGrammar
{
    /// <summary>Index of the first byte from <paramref name="at"/> on that is not white space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> json, int at) =>
        // Compact JSON has none: one comparison decides, and only that is worth inlining.
        (uint)at < (uint)json.Length && json[at] > 0x20 ? at : SkipSpaceSlowly(json, at);

    /// <summary>Index behind the true, false or null that begins at <paramref name="at"/>; −1 where it is not one.</summary>
    public static int EndOfLiteral(ReadOnlySpan<byte> json, int at)
    {
        var literal = json[at] switch { (byte)'t' => "true"u8, (byte)'f' => "false"u8, _ => "null"u8 };
        return json[at..].StartsWith(literal) ? at + literal.Length : -1;
    }

    /// <summary>Index behind the number that begins at <paramref name="at"/>; −1 where it is not one.</summary>
    public static int EndOfNumber(ReadOnlySpan<byte> json, int at)
    {
        if (at < json.Length && json[at] == '-')
        {
            at++;
        }

        if (at < json.Length && json[at] == '0')
        {
            at++;
            if (IsDigit(json, at))
            {
                return -1;
            }
        }
        else if (!Digits(json, ref at))
        {
            return -1;
        }

        if (at < json.Length && json[at] == '.')
        {
            at++;
            if (!Digits(json, ref at))
            {
                return -1;
            }
        }

        if (at < json.Length && json[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < json.Length && json[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            if (!Digits(json, ref at))
            {
                return -1;
            }
        }

        return at;
    }

    /// <summary>The type that a value beginning with this byte has; none where no value begins so. Numbers: <see cref="JsonTypes.Number"/>.</summary>
    public static JsonTypes TypeOf(byte first) => first switch
    {
        (byte)'{' => JsonTypes.Object,
        (byte)'[' => JsonTypes.Array,
        (byte)'"' => JsonTypes.String,
        (byte)'t' or (byte)'f' => JsonTypes.Boolean,
        (byte)'n' => JsonTypes.Null,
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => JsonTypes.Number,
        _ => JsonTypes.None,
    };

    private static int SkipSpaceSlowly(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(ReadOnlySpan<byte> json, int at) => at < json.Length && json[at] is >= (byte)'0' and <= (byte)'9';

    private static bool Digits(ReadOnlySpan<byte> json, ref int at)
    {
        var start = at;
        while (IsDigit(json, at))
        {
            at++;
        }

        return at > start;
    }
}
