using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>The fingerprint of single-object encoding: CRC-64-AVRO over the schema's Parsing Canonical Form.</summary>
internal static class AvroFingerprint
{
    private const ulong Empty = 0xc15d213aa4d7a795;
    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((ulong)i, (f, _) => (f >> 1) ^ (Empty & (0 - (f & 1)))))];
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ulong Of(AvroType type)
    {
        var fingerprint = Empty;
        foreach (var b in Encoding.UTF8.GetBytes(Canonical(type)))
        {
            fingerprint = (fingerprint >> 8) ^ Table[(int)(fingerprint ^ b) & 0xff];
        }

        return fingerprint;
    }

    public static string Canonical(AvroType type)
    {
        var text = new StringBuilder();
        Write(type, text, new HashSet<string>(StringComparer.Ordinal));
        return text.ToString();
    }

    private static void Write(AvroType type, StringBuilder to, HashSet<string> written)
    {
        if (type.FullName is { } name && !written.Add(name))
        {
            to.Append(Quote(name));
            return;
        }

        switch (type.Kind)
        {
            case AvroKind.Record:
                to.Append($"{{\"name\":{Quote(type.FullName!)},\"type\":\"record\",\"fields\":[");
                foreach (var (index, field) in type.Fields.Index())
                {
                    to.Append(index == 0 ? "" : ",").Append($"{{\"name\":{Quote(field.Name)},\"type\":");
                    Write(field.Type, to, written);
                    to.Append('}');
                }

                to.Append("]}");
                break;
            case AvroKind.Enum:
                to.Append($"{{\"name\":{Quote(type.FullName!)},\"type\":\"enum\",\"symbols\":[{string.Join(',', type.Symbols.Select(Quote))}]}}");
                break;
            case AvroKind.Fixed:
                to.Append($"{{\"name\":{Quote(type.FullName!)},\"type\":\"fixed\",\"size\":{type.Size}}}");
                break;
            case AvroKind.Array or AvroKind.Map:
                to.Append(type.Kind == AvroKind.Array ? "{\"type\":\"array\",\"items\":" : "{\"type\":\"map\",\"values\":");
                Write(type.Items!, to, written);
                to.Append('}');
                break;
            case AvroKind.Union:
                to.Append('[');
                foreach (var (index, branch) in type.Branches.Index())
                {
                    to.Append(index == 0 ? "" : ",");
                    Write(branch, to, written);
                }

                to.Append(']');
                break;
            default:
                to.Append(Quote(type.Kind.ToString().ToLowerInvariant()));
                break;
        }
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text, Plain);
}
