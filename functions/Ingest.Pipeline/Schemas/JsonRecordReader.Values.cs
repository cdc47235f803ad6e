using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <content>Values that have a column.</content>
public sealed partial class JsonRecordReader
{
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

    private int ReadString(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return ReadNullOrFail(json, at, node);
        }

        // Most strings are plain and short: looking for their end copies them along the way.
        var column = (BytesColumn)targets[node.Target];
        var length = JsonText.CopyPlain(
            ref Unsafe.Add(ref MemoryMarshal.GetReference(json), at + 1), json.Length - at - 1, ref MemoryMarshal.GetReference(column.Reserve(JsonText.CopyRoom)));
        if (length >= 0 && length < limits.MaxStringBytes)
        {
            if (node.HasValueRules && CheckText(at, node, json.Slice(at + 1, length)) < 0)
            {
                return Failed;
            }

            column.Commit(length);
            return at + length + 2;
        }

        var end = JsonText.FindPlainEnd(json, at + 1);
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
            return node.Rule is { } rule && CheckRule(json, at, rule, depth) < 0 ? Failed : ReadNullOrFail(json, at, node);
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
        if (at >= json.Length || json[at] != 'n' || !node.Allows(JsonTypes.Null) || JsonGrammar.EndOfLiteral(json, at) < 0)
        {
            return FailType(json, at, node);
        }

        targets[node.Target].AppendNull();
        return at + 4;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailText(int at, TextProblem problem) =>
        problem == TextProblem.LoneSurrogate ? FailSchema(at, JsonText.Describe(problem)) : FailMalformed(at, JsonText.Describe(problem));

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
                return FailText(at, problem);
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
