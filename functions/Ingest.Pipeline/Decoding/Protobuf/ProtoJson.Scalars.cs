using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <content>Values that hold no others.</content>
internal static partial class ProtoJson
{
    private static string Default(ProtoField field) => field.Type switch
    {
        FieldType.String or FieldType.Bytes => "\"\"",
        FieldType.Bool => "false",
        FieldType.Enum when field.Enum!.TryGetValue(0, out var name) => $"\"{Encoding.UTF8.GetString(name)}\"",
        _ => "0",
    };

    /// <param name="start">For text and bytes the first byte behind the length.</param>
    private static bool TryScalar(ref ProtoCursor cursor, ProtoField field, int start, int end, JsonBuffer to, out int next)
    {
        next = end;
        var at = new ProtoCursor(cursor.Bytes, start, end, cursor.Options);
        switch (field.WireType)
        {
            case 0:
                if (!at.TryVarint(out var raw))
                {
                    return cursor.Fail(at.Code, at.Problem);
                }

                Varint(field, raw, to);
                break;
            case 1:
                if (!at.TryFixed64(out var wide))
                {
                    return cursor.Fail(at.Code, at.Problem);
                }

                if (field.Type == FieldType.Double)
                {
                    if (!TryNumber(ref cursor, BitConverter.UInt64BitsToDouble(wide), to))
                    {
                        return false;
                    }
                }
                else if (field.Type == FieldType.Sfixed64)
                {
                    to.Integer((long)wide);
                }
                else
                {
                    to.Unsigned(wide);
                }

                break;
            case 5:
                if (!at.TryFixed32(out var narrow))
                {
                    return cursor.Fail(at.Code, at.Problem);
                }

                if (field.Type == FieldType.Float)
                {
                    if (!TryNumber(ref cursor, BitConverter.UInt32BitsToSingle(narrow), to))
                    {
                        return false;
                    }
                }
                else
                {
                    to.Integer(field.Type == FieldType.Sfixed32 ? (int)narrow : narrow);
                }

                break;
            default:
                return TryBlob(ref cursor, field, cursor.Bytes[start..end], to);
        }

        next = at.At;
        return true;
    }

    private static void Varint(ProtoField field, ulong raw, JsonBuffer to)
    {
        switch (field.Type)
        {
            case FieldType.Bool:
                to.Boolean(raw != 0);
                break;
            case FieldType.Enum when field.Enum!.TryGetValue((int)raw, out var name):
                to.String(name);
                break;
            case FieldType.Uint64:
                to.Unsigned(raw);
                break;
            default:
                to.Integer(ProtoValue.Decode(raw, field.Type));
                break;
        }
    }

    private static bool TryBlob(ref ProtoCursor cursor, ProtoField field, ReadOnlySpan<byte> blob, JsonBuffer to)
    {
        if (blob.Length > cursor.Options.MaxStringBytes)
        {
            return cursor.Fail(FaultCode.TooLarge, $"A text or bytes value has {blob.Length} bytes; at most {cursor.Options.MaxStringBytes} are accepted.");
        }

        if (field.Type == FieldType.Bytes)
        {
            to.Base64(blob);
            return true;
        }

        if (!Utf8.IsValid(blob))
        {
            return cursor.Fail(FaultCode.Malformed, "A text is not valid UTF-8.");
        }

        to.String(blob);
        return true;
    }

    private static bool TryNumber(ref ProtoCursor cursor, double value, JsonBuffer to)
    {
        if (!double.IsFinite(value))
        {
            return cursor.Fail(FaultCode.Schema, "NaN and infinite numbers cannot be stored.");
        }

        to.Number(value);
        return true;
    }

    private static bool TryTimestamp(
        ref ProtoCursor cursor, IGrouping<int, (int Field, int Start, int End, bool IsPacked)>[] fields, ProtoMessage type, JsonBuffer to)
    {
        long seconds = 0, nanos = 0;
        foreach (var group in fields)
        {
            var last = group.Last();
            var at = new ProtoCursor(cursor.Bytes, last.Start, last.End, cursor.Options);
            at.TryVarint(out var raw);
            (seconds, nanos) = type.Fields[group.Key].Number == 1 ? ((long)raw, nanos) : (seconds, (int)raw);
        }

        if (!ProtoTimestamp.TryMicroseconds(seconds, nanos, out var microseconds))
        {
            return cursor.Fail(FaultCode.Schema, ProtoTimestamp.OutOfRange);
        }

        to.Text(DateTime.UnixEpoch.AddTicks(microseconds * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
        return true;
    }
}
