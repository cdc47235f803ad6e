using System.Globalization;
using System.Text.Unicode;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>Writes a value as the JSON that a person would write: unions without their branch, bytes as Base64, times as RFC 3339.</summary>
internal static class AvroJson
{
    public static bool TryWrite(ref AvroCursor cursor, AvroType type, JsonBuffer to, int depth)
    {
        if (!cursor.TryEnter(depth))
        {
            return false;
        }

        switch (type.Kind)
        {
            case AvroKind.Null:
                to.Raw("null"u8);
                return true;
            case AvroKind.Boolean:
                if (cursor.TryBoolean(out var flag))
                {
                    to.Boolean(flag);
                    return true;
                }

                return false;
            case AvroKind.Int or AvroKind.Long:
                return TryInteger(ref cursor, type, to);
            case AvroKind.Float:
                return cursor.TryFloat(out var single) && TryNumber(ref cursor, single, to);
            case AvroKind.Double:
                return cursor.TryDouble(out var number) && TryNumber(ref cursor, number, to);
            case AvroKind.String:
                return cursor.TryBytes(out var text) && TryText(ref cursor, text, to);
            case AvroKind.Bytes or AvroKind.Fixed:
                return TryBytes(ref cursor, type, to);
            case AvroKind.Enum:
                if (cursor.TrySymbol(type.Symbols.Count, out var symbol))
                {
                    to.String(type.SymbolBytes[symbol]);
                    return true;
                }

                return false;
            case AvroKind.Union:
                return cursor.TryBranch(type, out var branch) && TryWrite(ref cursor, type.Branches[branch], to, depth + 1);
            case AvroKind.Record:
                return TryRecord(ref cursor, type, to, depth);
            default:
                return TryItems(ref cursor, type, to, depth);
        }
    }

    private static bool TryRecord(ref AvroCursor cursor, AvroType type, JsonBuffer to, int depth)
    {
        var isFirst = true;
        foreach (var field in type.Fields)
        {
            to.Raw(isFirst ? "{"u8 : ","u8);
            to.Text(field.Name);
            to.Raw(":"u8);
            isFirst = false;
            if (!TryWrite(ref cursor, field.Type, to, depth + 1))
            {
                return false;
            }
        }

        to.Raw(isFirst ? "{}"u8 : "}"u8);
        return true;
    }

    private static bool TryItems(ref AvroCursor cursor, AvroType type, JsonBuffer to, int depth)
    {
        var isMap = type.Kind == AvroKind.Map;
        to.Raw(isMap ? "{"u8 : "["u8);
        for (var isFirst = true; ;)
        {
            if (!cursor.TryBlock(out var count))
            {
                return false;
            }

            if (count == 0)
            {
                to.Raw(isMap ? "}"u8 : "]"u8);
                return true;
            }

            for (; count > 0; count--)
            {
                to.Raw(isFirst ? ""u8 : ","u8);
                isFirst = false;
                if (isMap)
                {
                    if (!cursor.TryBytes(out var key) || !TryText(ref cursor, key, to))
                    {
                        return false;
                    }

                    to.Raw(":"u8);
                }

                if (!TryWrite(ref cursor, type.Items!, to, depth + 1))
                {
                    return false;
                }
            }
        }
    }

    private static bool TryInteger(ref AvroCursor cursor, AvroType type, JsonBuffer to)
    {
        long value;
        if (type.Kind == AvroKind.Int)
        {
            if (!cursor.TryInt(out var narrow))
            {
                return false;
            }

            value = narrow;
        }
        else if (!cursor.TryLong(out value))
        {
            return false;
        }

        // Whatever lies outside .NET's years stays a number.
        var days = (DateTime.MaxValue - DateTime.UnixEpoch).Days;
        var (ticks, format) = type.Logical switch
        {
            AvroLogical.Date when value > -719_162 && value <= days => (value * TimeSpan.TicksPerDay, "yyyy-MM-dd"),
            AvroLogical.TimestampMillis when value > -62_135_596_800_000 && value < 253_402_300_800_000 => (value * TimeSpan.TicksPerMillisecond, Time),
            AvroLogical.TimestampMicros when value > -62_135_596_800_000_000 && value < 253_402_300_800_000_000 => (value * 10, Time),
            _ => (0L, ""),
        };
        if (format.Length == 0)
        {
            to.Integer(value);
        }
        else
        {
            to.Text(DateTime.UnixEpoch.AddTicks(ticks).ToString(format, CultureInfo.InvariantCulture));
        }

        return true;
    }

    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";

    private static bool TryNumber(ref AvroCursor cursor, double value, JsonBuffer to)
    {
        if (!double.IsFinite(value))
        {
            return cursor.Fail(FaultCode.Schema, "NaN and infinite numbers cannot be stored.");
        }

        to.Number(value);
        return true;
    }

    private static bool TryText(ref AvroCursor cursor, ReadOnlySpan<byte> text, JsonBuffer to)
    {
        if (!Utf8.IsValid(text))
        {
            return cursor.Fail(FaultCode.Malformed, "A text is not valid UTF-8.");
        }

        to.String(text);
        return true;
    }

    private static bool TryBytes(ref AvroCursor cursor, AvroType type, JsonBuffer to)
    {
        var isRead = type.Kind == AvroKind.Fixed ? cursor.TryTake(type.Size, out var bytes) : cursor.TryBytes(out bytes);
        if (!isRead)
        {
            return false;
        }

        if (type.Logical != AvroLogical.Decimal)
        {
            to.Base64(bytes);
            return true;
        }

        Span<byte> text = stackalloc byte[AvroDecimal.MaxText];
        if (!AvroDecimal.TryFormat(bytes, type.Scale, text, out var length))
        {
            return cursor.Fail(FaultCode.Schema, AvroDecimal.TooLong);
        }

        to.String(text[..length]);
        return true;
    }
}
