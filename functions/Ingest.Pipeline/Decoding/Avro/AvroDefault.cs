using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>Turns the default of a field, which schemas write as JSON, into what a writer would have sent.</summary>
internal static class AvroDefault
{
    /// <exception cref="AvroResolutionException">The default is no value of the type.</exception>
    public static byte[] Encode(SchemaValue value, AvroType type)
    {
        using var to = new MemoryStream();
        Write(value, type, to, 0);
        return to.ToArray();
    }

    private static void Write(SchemaValue value, AvroType type, MemoryStream to, int depth)
    {
        if (depth > SchemaDocument.MaxDepth)
        {
            // A record whose default holds itself has no end.
            throw Wrong(value, type);
        }

        var isNumber = (value.Kind & JsonTypes.Number) != 0;
        switch (type.Kind)
        {
            case AvroKind.Null when value.Kind == JsonTypes.Null:
                break;
            case AvroKind.Boolean when value.Kind == JsonTypes.Boolean:
                to.WriteByte(value.Text == "true" ? (byte)1 : (byte)0);
                break;
            case AvroKind.Int or AvroKind.Long when isNumber && long.TryParse(value.Text, CultureInfo.InvariantCulture, out var integer):
                Long(integer, to);
                break;
            case AvroKind.Float when isNumber && float.TryParse(value.Text, CultureInfo.InvariantCulture, out var single):
                Span<byte> four = stackalloc byte[4];
                BinaryPrimitives.WriteSingleLittleEndian(four, single);
                to.Write(four);
                break;
            case AvroKind.Double when isNumber && double.TryParse(value.Text, CultureInfo.InvariantCulture, out var number):
                Span<byte> eight = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleLittleEndian(eight, number);
                to.Write(eight);
                break;
            case AvroKind.String when value.Kind == JsonTypes.String:
                var text = Encoding.UTF8.GetBytes(value.Text);
                Long(text.Length, to);
                to.Write(text);
                break;
            case AvroKind.Bytes or AvroKind.Fixed when value.Kind == JsonTypes.String && value.Text.All(c => c <= '\xff'):
                // A character a byte, as the specification has it.
                var bytes = Encoding.Latin1.GetBytes(value.Text);
                if (type.Kind == AvroKind.Bytes)
                {
                    Long(bytes.Length, to);
                }
                else if (bytes.Length != type.Size)
                {
                    throw Wrong(value, type);
                }

                to.Write(bytes);
                break;
            case AvroKind.Enum when value.Kind == JsonTypes.String && type.Symbols.ToList().IndexOf(value.Text) is >= 0 and var symbol:
                Long(symbol, to);
                break;
            case AvroKind.Array when value.Kind == JsonTypes.Array:
                Items(value.Items.Count, to, i => Write(value.Items[i], type.Items!, to, depth + 1));
                break;
            case AvroKind.Map when value.Kind == JsonTypes.Object:
                Items(value.Members.Count, to, i =>
                {
                    var key = Encoding.UTF8.GetBytes(value.Members[i].Name);
                    Long(key.Length, to);
                    to.Write(key);
                    Write(value.Members[i].Value, type.Items!, to, depth + 1);
                });
                break;
            case AvroKind.Record when value.Kind == JsonTypes.Object:
                foreach (var field in type.Fields)
                {
                    Write(value.Members.Find(m => m.Name == field.Name)?.Value ?? field.Default ?? throw Wrong(value, type), field.Type, to, depth + 1);
                }

                break;
            case AvroKind.Union:
                Union(value, type, to, depth);
                break;
            default:
                throw Wrong(value, type);
        }
    }

    // The specification wants the first branch; many schemas have null second and default to it.
    private static void Union(SchemaValue value, AvroType type, MemoryStream to, int depth)
    {
        foreach (var (index, branch) in type.Branches.Index())
        {
            using var attempt = new MemoryStream();
            try
            {
                Write(value, branch, attempt, depth + 1);
            }
            catch (AvroResolutionException)
            {
                continue;
            }

            Long(index, to);
            attempt.WriteTo(to);
            return;
        }

        throw Wrong(value, type);
    }

    private static void Items(int count, MemoryStream to, Action<int> write)
    {
        if (count > 0)
        {
            Long(count, to);
        }

        for (var i = 0; i < count; i++)
        {
            write(i);
        }

        Long(0, to);
    }

    private static void Long(long value, MemoryStream to)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        for (; raw >= 0x80; raw >>= 7)
        {
            to.WriteByte((byte)(raw | 0x80));
        }

        to.WriteByte((byte)raw);
    }

    private static AvroResolutionException Wrong(SchemaValue value, AvroType type) =>
        new($"The default {Encoding.UTF8.GetString(value.Raw.Span[..Math.Min(value.Raw.Length, 40)])} is no value of type {type.Describe()}.");
}
