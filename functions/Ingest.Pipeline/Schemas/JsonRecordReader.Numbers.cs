using System.Runtime.CompilerServices;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <content>Numbers that have a column.</content>
public sealed partial class JsonRecordReader
{
    // Doubles hold these powers of ten exactly, so that one multiplication or division rounds correctly.
    private static readonly double[] ExactPowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    private int ReadInt64(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        var start = at;
        var negative = (uint)at < (uint)json.Length && json[at] == '-';
        at += negative ? 1 : 0;
        var length = ShortNumber.Read(json, at, out var mantissa, out var fraction);
        return length > 0 && fraction == 0
            ? AppendInt64(json, start, at + length, node, negative ? -(long)mantissa : (long)mantissa)
            : ReadLongInt64(json, start, at, node, negative);
    }

    private int ReadLongInt64(ReadOnlySpan<byte> json, int start, int at, SchemaNode node, bool negative)
    {
        var first = at;
        var value = 0L;
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            value = unchecked((value * 10) + (json[at] - '0'));
            at++;
        }

        // Longer ones might overflow; a leading zero, a point or an exponent needs the grammar.
        var digits = at - first;
        if ((uint)(digits - 1) >= 18 || (json[first] == '0' && digits > 1) || (at < json.Length && json[at] is (byte)'.' or (byte)'e' or (byte)'E'))
        {
            at = ReadInt64Slowly(json, start, node, out value);
            if (at < 0 || value == long.MinValue && json[start] == 'n')
            {
                return at;
            }
        }
        else if (negative)
        {
            value = -value;
        }

        return AppendInt64(json, start, at, node, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int AppendInt64(ReadOnlySpan<byte> json, int start, int end, SchemaNode node, long value)
    {
        if (node.HasValueRules && CheckInteger(json, start, node, value) < 0)
        {
            return Failed;
        }

        ((Int64Column)targets[node.Target]).Append(value);
        return end;
    }

    private int ReadInt64Slowly(ReadOnlySpan<byte> json, int start, SchemaNode node, out long value)
    {
        value = long.MinValue;
        var at = JsonGrammar.EndOfNumber(json, start);
        if (at < 0)
        {
            return ReadNullOrFail(json, start, node);
        }

        return JsonNumber.TryScale(json[start..at], 0, out value) switch
        {
            NumberScale.Exact => at,
            NumberScale.OutOfRange => FailFound(FaultCode.Schema, json, start, "Expected an integer of at most 64 bits."),
            _ => FailFound(FaultCode.Schema, json, start, "Expected an integer."),
        };
    }

    private int ReadDouble(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        var start = at;
        var negative = (uint)at < (uint)json.Length && json[at] == '-';
        at += negative ? 1 : 0;
        var length = ShortNumber.Read(json, at, out var mantissa, out var fraction);
        if (length == 0)
        {
            return ReadLongDouble(json, start, at, node, negative);
        }

        // A mantissa of fourteen digits is exact in a double, and so is the power of ten: the division rounds once.
        var value = mantissa / ExactPowersOfTen[fraction];
        return AppendDouble(json, start, at + length, node, negative ? -value : value);
    }

    private int ReadLongDouble(ReadOnlySpan<byte> json, int start, int at, SchemaNode node, bool negative)
    {
        var first = at;
        var mantissa = 0UL;
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            mantissa = unchecked((mantissa * 10) + (uint)(json[at] - '0'));
            at++;
        }

        var whole = at - first;
        var fraction = 0;
        if ((uint)at < (uint)json.Length && json[at] == '.')
        {
            var point = at++;
            while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
            {
                mantissa = unchecked((mantissa * 10) + (uint)(json[at] - '0'));
                at++;
            }

            fraction = at - point - 1;
            whole = fraction == 0 ? 0 : whole;
        }

        double value;
        if (whole == 0 || whole + fraction > 19 || mantissa > 1UL << 53 || fraction > 22 || (json[first] == '0' && whole > 1)
            || (at < json.Length && json[at] is (byte)'e' or (byte)'E'))
        {
            at = JsonGrammar.EndOfNumber(json, start);
            if (at < 0)
            {
                return ReadNullOrFail(json, start, node);
            }

            value = JsonNumber.ToDouble(json[start..at]);
            if (double.IsInfinity(value))
            {
                return FailFound(FaultCode.Schema, json, start, "Expected a number in the range of a double.");
            }
        }
        else
        {
            value = fraction == 0 ? mantissa : mantissa / ExactPowersOfTen[fraction];
            value = negative ? -value : value;
        }

        return AppendDouble(json, start, at, node, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int AppendDouble(ReadOnlySpan<byte> json, int start, int end, SchemaNode node, double value)
    {
        if ((!node.Allows(JsonTypes.Integer) || node.HasValueRules) && CheckDouble(json, start, end, node, value) < 0)
        {
            return Failed;
        }

        ((DoubleColumn)targets[node.Target]).Append(value);
        return end;
    }
}
