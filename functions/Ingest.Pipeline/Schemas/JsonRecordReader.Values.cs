using System.Runtime.CompilerServices;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <content>Values that have a column.</content>
public sealed partial class JsonRecordReader
{
    // Doubles hold these powers of ten exactly, so that one multiplication or division rounds correctly.
    private static readonly double[] ExactPowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <param name="depth">Of the object or array around the value.</param>
    private int ReadValue(ReadOnlySpan<byte> json, int at, SchemaNode node, int depth)
    {
        switch (node.Kind)
        {
            case NodeKind.Int64:
                return ReadInt64(json, at, node);
            case NodeKind.Double:
                return ReadDouble(json, at, node);
            case NodeKind.String:
                return ReadString(json, at, node);
            case NodeKind.Boolean:
                return ReadBoolean(json, at, node);
            case NodeKind.Timestamp or NodeKind.Date or NodeKind.Uuid:
                return ReadFormatted(json, at, node);
            case NodeKind.Time:
                return ReadTime(json, at, node);
            case NodeKind.List:
                return ReadList(json, at, node, depth + 1);
            case NodeKind.Json:
                return ReadJson(json, at, node, depth);
            case NodeKind.Check:
                return Check(json, at, node, depth);
            default:
                throw new InvalidOperationException("An object with columns of its own is read with its property.");
        }
    }

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

    private int ReadString(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return ReadNullOrFail(json, at, node);
        }

        // Most strings are plain and short: looking for their end copies them along the way.
        var column = (BytesColumn)targets[node.Target];
        var end = JsonText.CopyPlain(json, at + 1, column.Reserve(JsonText.CopyRoom));
        if (end >= 0 && end - at <= limits.MaxStringBytes)
        {
            if (node.HasValueRules && CheckText(at, node, json[(at + 1)..end]) < 0)
            {
                return Failed;
            }

            column.Commit(end - at - 1);
            return end + 1;
        }

        end = JsonText.FindPlainEnd(json, at + 1);
        if (end < 0 || end - at > limits.MaxStringBytes)
        {
            return ReadStringSlowly(json, at, node);
        }

        var text = json[(at + 1)..end];
        if (node.HasValueRules && CheckText(at, node, text) < 0)
        {
            return Failed;
        }

        column.Append(text);
        return end + 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadStringSlowly(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        var end = ReadText(json, at, isKey: false, out var text, out _);
        if (end < 0 || (node.HasValueRules && CheckText(at, node, text) < 0))
        {
            return Failed;
        }

        ((BytesColumn)targets[node.Target]).Append(text);
        return end;
    }

    private int ReadBoolean(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if ((uint)at >= (uint)json.Length || json[at] is not ((byte)'t' or (byte)'f'))
        {
            return ReadNullOrFail(json, at, node);
        }

        var end = ReadLiteral(json, at);
        if (end < 0 || (node.Allowed is not null && CheckAllowed(at, node, json[at] == 't') < 0))
        {
            return Failed;
        }

        ((BooleanColumn)targets[node.Target]).Append(json[at] == 't');
        return end;
    }

    /// <summary>Strings whose format gives them a column type of their own.</summary>
    private int ReadFormatted(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return ReadNullOrFail(json, at, node);
        }

        var end = ReadText(json, at, isKey: false, out var text, out _);
        if (end < 0)
        {
            return Failed;
        }

        if (node.Kind == NodeKind.Uuid)
        {
            if (!UuidText.TryParse(text, out var uuid))
            {
                return FailFound(FaultCode.Schema, json, at, "Expected a UUID such as 123e4567-e89b-12d3-a456-426614174000.");
            }

            ((UuidColumn)targets[node.Target]).Append(uuid);
        }
        else
        {
            var problem = node.Kind == NodeKind.Timestamp ? Rfc3339.ParseDateTime(text, out var value) : Rfc3339.ParseDate(text, out value);
            if (problem is not null)
            {
                return FailFound(FaultCode.Schema, json, at, problem);
            }

            ((Int64Column)targets[node.Target]).Append(value);
        }

        // A format is always a text rule; it was checked above, but there may be more.
        return CheckText(at, node, text, checkFormat: false) < 0 ? Failed : end;
    }

    private int ReadTime(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if ((uint)at >= (uint)json.Length)
        {
            return FailType(json, at, node);
        }

        long value;
        string? problem;
        int end;
        if (json[at] == '"' && node.Allows(JsonTypes.String))
        {
            end = ReadText(json, at, isKey: false, out var text, out _);
            if (end < 0 || (node.HasValueRules && CheckText(at, node, text, checkFormat: !node.Time!.Covers(node.Text)) < 0))
            {
                return Failed;
            }

            problem = node.Time!.ParseText(text, out value);
        }
        else if (JsonGrammar.TypeOf(json[at]) == JsonTypes.Number && node.Allows(JsonTypes.Number))
        {
            end = Check(json, at, node, 0);
            if (end < 0)
            {
                return Failed;
            }

            value = 0;
            problem = node.Time!.IsNumber ? node.Time.ParseNumber(json[at..end], out value) : "Expected the event time as a string.";
        }
        else
        {
            return ReadNullOrFail(json, at, node);
        }

        if (problem is not null)
        {
            return FailFound(FaultCode.Schema, json, at, problem);
        }

        ((Int64Column)targets[node.Target]).Append(value);
        return end;
    }

    private int ReadList(ReadOnlySpan<byte> json, int start, SchemaNode node, int depth)
    {
        if (start >= json.Length || json[start] != '[')
        {
            return ReadNullOrFail(json, start, node);
        }

        var end = ReadItems(json, start, node.Items!, depth);
        if (end >= 0)
        {
            ((ListColumn)targets[node.Target]).CommitRow();
        }

        return end;
    }

    private int ReadJson(ReadOnlySpan<byte> json, int at, SchemaNode node, int depth)
    {
        if (at < json.Length && json[at] == 'n')
        {
            return ReadNullOrFail(json, at, node);
        }

        var end = node.IsOpen ? SkipValue(json, at, depth) : Check(json, at, node, depth);
        if (end >= 0)
        {
            ((BytesColumn)targets[node.Target]).Append(json[at..end]);
        }

        return end;
    }

    /// <summary>The slow way out of every typed value: a null where the schema allows it, else a fault that says what was found.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadNullOrFail(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if (at >= json.Length || json[at] != 'n' || !node.Allows(JsonTypes.Null) || EndOfLiteral(json, at) < 0)
        {
            return FailType(json, at, node);
        }

        targets[node.Target].AppendNull();
        return at + 4;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailLength(int at, int length) =>
        Fail(FaultStage.Decode, FaultCode.TooLarge, at, $"A string is {length} bytes long; at most {limits.MaxStringBytes} are accepted.");

    /// <summary>A string's text: a slice of the payload, or of the scratch buffer where it had to be unescaped.</summary>
    /// <param name="at">Where the opening quote should be.</param>
    private int ReadText(ReadOnlySpan<byte> json, int at, bool isKey, out ReadOnlySpan<byte> text, out bool escaped)
    {
        text = default;
        escaped = false;
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return FailFound(FaultCode.Malformed, json, at, isKey ? "Expected a key in quotes." : "Expected a string.");
        }

        var start = at + 1;
        var end = JsonText.FindPlainEnd(json, start);
        if (end < 0)
        {
            var problem = JsonText.Scan(json, start, out end, out escaped);
            if (problem != TextProblem.None)
            {
                return problem == TextProblem.LoneSurrogate ? FailSchema(at, JsonText.Describe(problem)) : FailMalformed(at, JsonText.Describe(problem));
            }
        }

        if (end - start > limits.MaxStringBytes)
        {
            return FailLength(at, end - start);
        }

        text = json[start..end];
        if (escaped)
        {
            var room = Scratch(text.Length);
            text = room[..JsonText.Unescape(text, room)];
        }

        return end + 1;
    }
}
