using System.Globalization;
using System.Text;
using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>Scalars of the wire format into columns.</summary>
internal static class ProtoValue
{
    public static bool TryAppend(ref ProtoCursor cursor, ProtoField field, Leaf leaf, RowWriter row)
    {
        switch (field.WireType)
        {
            case 0:
                return cursor.TryVarint(out var raw) ? AppendVarint(raw, field, leaf, row) : cursor.Fault(row, leaf.Pointer);
            case 1:
                return !cursor.TryFixed64(out var wide) ? cursor.Fault(row, leaf.Pointer)
                    : field.Type == FieldType.Double ? row.Double(leaf, BitConverter.UInt64BitsToDouble(wide))
                    : field.Type == FieldType.Sfixed64 ? row.Int64(leaf, (long)wide)
                    : AppendUnsigned(wide, leaf, row);
            case 5:
                return !cursor.TryFixed32(out var narrow) ? cursor.Fault(row, leaf.Pointer)
                    : field.Type == FieldType.Float ? row.Double(leaf, BitConverter.UInt32BitsToSingle(narrow))
                    : row.Int64(leaf, field.Type == FieldType.Sfixed32 ? (int)narrow : narrow);
            default:
                return !cursor.TryBlob(out var blob) ? cursor.Fault(row, leaf.Pointer)
                    : field.Type == FieldType.Bytes ? row.Bytes(leaf, blob)
                    : row.String(leaf, blob);
        }
    }

    /// <summary>What an absent field without presence means.</summary>
    public static bool AppendDefault(ProtoField field, Leaf leaf, RowWriter row) => field.Type switch
    {
        FieldType.Double or FieldType.Float => row.Double(leaf, 0),
        FieldType.Bool => row.Boolean(leaf, false),

        // An empty text is no time; absent is what it means.
        FieldType.String when leaf.IsTime => true,
        FieldType.String or FieldType.Bytes => row.String(leaf, default),
        FieldType.Enum => AppendVarint(0, field, leaf, row),
        _ => row.Int64(leaf, 0),
    };

    /// <summary>The number that a varint stands for; unsigned ones beyond 63 bits are negative here.</summary>
    public static long Decode(ulong raw, FieldType type) => type switch
    {
        FieldType.Int32 or FieldType.Enum => (int)raw,
        FieldType.Uint32 => (uint)raw,
        FieldType.Sint32 => (int)((uint)raw >> 1) ^ -(int)(raw & 1),
        FieldType.Sint64 => (long)(raw >> 1) ^ -(long)(raw & 1),
        _ => (long)raw,
    };

    private static bool AppendVarint(ulong raw, ProtoField field, Leaf leaf, RowWriter row)
    {
        switch (field.Type)
        {
            case FieldType.Bool:
                return row.Boolean(leaf, raw != 0);
            case FieldType.Enum:
                // A number without a name comes from a newer schema; it is kept as what it is.
                var number = (int)raw;
                return row.String(leaf, field.Enum!.TryGetValue(number, out var name) ? name : Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
            case FieldType.Uint64:
                return AppendUnsigned(raw, leaf, row);
            default:
                return row.Int64(leaf, Decode(raw, field.Type));
        }
    }

    private static bool AppendUnsigned(ulong value, Leaf leaf, RowWriter row) =>
        value <= long.MaxValue ? row.Int64(leaf, (long)value) : row.FailSchema($"The integer {value} has more than 63 bits.", leaf.Pointer);
}
