using System.Text;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>
/// Writes messages as JSON with the field names of the .proto file: fields that are absent are left out, integers are numbers, bytes
/// Base64, enums names, maps objects. <c>google.protobuf.Struct</c> becomes the JSON that it stands for.
/// </summary>
internal static partial class ProtoJson
{
    /// <param name="parts">Where the message's bytes are: several parts merge, as the wire format has it.</param>
    public static bool TryMessage(ref ProtoCursor cursor, ProtoMessage type, (int Start, int End)[] parts, JsonBuffer to, int depth)
    {
        if (depth > cursor.Options.MaxDepth)
        {
            return cursor.Fail(FaultCode.TooLarge, $"Messages are nested more than {cursor.Options.MaxDepth} levels deep.");
        }

        List<(int Field, int Start, int End, bool IsPacked)> found = [];
        var oneofs = new Dictionary<int, int>();
        foreach (var (start, end) in parts)
        {
            if (!TryCollect(ref cursor, type, start, end, found, oneofs))
            {
                return false;
            }
        }

        // Stable: the occurrences of a field stay in order.
        var byField = found.GroupBy(f => f.Field).OrderBy(g => g.Key).ToArray();
        switch (type.FullName)
        {
            case "google.protobuf.Struct":
                return byField.Length == 0 ? Empty(to, "{}"u8) : TryField(ref cursor, type.Fields[byField[0].Key], byField[0], to, depth);
            case "google.protobuf.ListValue":
                return byField.Length == 0 ? Empty(to, "[]"u8) : TryField(ref cursor, type.Fields[byField[0].Key], byField[0], to, depth);
            case "google.protobuf.Value":
                return byField.Length == 0 || type.Fields[byField[^1].Key].Name == "null_value"
                    ? Empty(to, "null"u8)
                    : TryField(ref cursor, type.Fields[byField[^1].Key], byField[^1], to, depth);
            case "google.protobuf.Timestamp":
                return TryTimestamp(ref cursor, byField, type, to);
        }

        to.Raw("{"u8);
        var isFirst = true;
        foreach (var group in byField)
        {
            var field = type.Fields[group.Key];
            if (field.Oneof >= 0 && oneofs[field.Oneof] != group.Key)
            {
                continue;
            }

            to.Raw(isFirst ? ""u8 : ","u8);
            isFirst = false;
            to.Text(field.Name);
            to.Raw(":"u8);
            if (!TryField(ref cursor, field, group, to, depth))
            {
                return false;
            }
        }

        to.Raw("}"u8);
        return true;
    }

    /// <summary>All occurrences of one field: of a singular one the last counts, but messages merge.</summary>
    public static bool TryField(
        ref ProtoCursor cursor, ProtoField field, IEnumerable<(int Field, int Start, int End, bool IsPacked)> occurrences, JsonBuffer to, int depth)
    {
        var all = occurrences.ToArray();
        if (field.IsMap)
        {
            return TryMap(ref cursor, field.Message!, all, to, depth);
        }

        if (!field.IsRepeated)
        {
            return field.Message is { } message
                ? TryMessage(ref cursor, message, [.. all.Select(o => (o.Start, o.End))], to, depth + 1)
                : TryScalar(ref cursor, field, all[^1].Start, all[^1].End, to, out _);
        }

        to.Raw("["u8);
        var isFirst = true;
        foreach (var (_, start, end, isPacked) in all)
        {
            if (field.Message is { } item)
            {
                to.Raw(isFirst ? ""u8 : ","u8);
                isFirst = false;
                if (!TryMessage(ref cursor, item, [(start, end)], to, depth + 1))
                {
                    return false;
                }

                continue;
            }

            for (var at = start; at < end || !isPacked;)
            {
                to.Raw(isFirst ? ""u8 : ","u8);
                isFirst = false;
                if (!TryScalar(ref cursor, field, at, end, to, out at))
                {
                    return false;
                }

                if (!isPacked)
                {
                    break;
                }
            }
        }

        to.Raw("]"u8);
        return true;
    }

    private static bool TryCollect(
        ref ProtoCursor cursor, ProtoMessage type, int start, int end,
        List<(int Field, int Start, int End, bool IsPacked)> found, Dictionary<int, int> oneofs)
    {
        var at = new ProtoCursor(cursor.Bytes, start, end, cursor.Options);
        while (at.At < end)
        {
            if (!at.TryTag(out var number, out var wireType))
            {
                return cursor.Fail(at.Code, at.Problem);
            }

            var index = type.Fields.FindIndex(f => f.Number == number);
            if (index < 0)
            {
                if (!at.TrySkip(number, wireType))
                {
                    return cursor.Fail(at.Code, at.Problem);
                }

                continue;
            }

            var field = type.Fields[index];
            var isPacked = wireType == 2 && field.WireType != 2 && field.IsRepeated;
            if (wireType != field.WireType && !isPacked)
            {
                return cursor.Fail(FaultCode.Schema, $"The field {field.Name} has the wire type {wireType} instead of {field.WireType}; it was probably written with another schema.");
            }

            var begin = at.At;
            if (wireType == 2)
            {
                if (!at.TryLength(out var length))
                {
                    return cursor.Fail(at.Code, at.Problem);
                }

                begin = at.At;
                at.At += length;
            }
            else if (!at.TrySkip(number, wireType))
            {
                return cursor.Fail(at.Code, at.Problem);
            }

            if (field.Oneof >= 0)
            {
                oneofs[field.Oneof] = index;
            }

            found.Add((index, begin, at.At, isPacked));
        }

        return true;
    }

    private static bool TryMap(
        ref ProtoCursor cursor, ProtoMessage entry, (int Field, int Start, int End, bool IsPacked)[] entries, JsonBuffer to, int depth)
    {
        if (depth > cursor.Options.MaxDepth)
        {
            return cursor.Fail(FaultCode.TooLarge, $"Messages are nested more than {cursor.Options.MaxDepth} levels deep.");
        }

        var (keyField, valueField) = (entry.Find(1)!, entry.Find(2)!);
        var values = new Dictionary<string, (int Field, int Start, int End, bool IsPacked)[]>(StringComparer.Ordinal);
        List<string> order = [];
        foreach (var (_, start, end, _) in entries)
        {
            List<(int Field, int Start, int End, bool IsPacked)> found = [];
            if (!TryCollect(ref cursor, entry, start, end, found, []))
            {
                return false;
            }

            var key = Default(keyField);
            if (found.FindLast(f => entry.Fields[f.Field] == keyField) is { End: > 0 } last)
            {
                var text = new JsonBuffer();
                if (!TryScalar(ref cursor, keyField, last.Start, last.End, text, out _))
                {
                    return false;
                }

                key = Encoding.UTF8.GetString(text.Written);
            }

            if (!values.ContainsKey(key))
            {
                order.Add(key);
            }

            values[key] = [.. found.Where(f => entry.Fields[f.Field] == valueField)];
        }

        to.Raw("{"u8);
        foreach (var (index, key) in order.Index())
        {
            to.Raw(index == 0 ? ""u8 : ","u8);
            to.Raw(Encoding.UTF8.GetBytes(key[0] == '"' ? key : $"\"{key}\""));
            to.Raw(":"u8);
            if (values[key].Length == 0)
            {
                to.Raw(valueField.Message is null ? Encoding.UTF8.GetBytes(Default(valueField)) : "{}"u8);
            }
            else if (!TryField(ref cursor, valueField, values[key], to, depth))
            {
                return false;
            }
        }

        to.Raw("}"u8);
        return true;
    }

    private static bool Empty(JsonBuffer to, ReadOnlySpan<byte> text)
    {
        to.Raw(text);
        return true;
    }
}
