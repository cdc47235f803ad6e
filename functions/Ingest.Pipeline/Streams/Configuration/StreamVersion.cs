using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>The version of a stream: what its rows depend on, whatever the layout and comments of the file.</summary>
internal static class StreamVersion
{
    /// <returns>16 lower-case hex digits.</returns>
    public static string Of(ConfigNode definition, IReadOnlyList<SchemaSource> schemas)
    {
        var canonical = new StringBuilder();
        Write(definition, canonical);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(canonical.ToString()));

        // No text of the definition or of a schema can hold this byte, so that one cannot run into the next.
        foreach (var schema in schemas)
        {
            hash.AppendData([0]);
            hash.AppendData(schema.Utf8.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static void Write(ConfigNode node, StringBuilder to)
    {
        switch (node.Kind)
        {
            case ConfigKind.Object:
                to.Append('{');
                foreach (var member in node.Members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    to.Append(JsonSerializer.Serialize(member.Key)).Append(':');
                    Write(member.Value, to);
                    to.Append(',');
                }

                to.Append('}');
                break;
            case ConfigKind.Array:
                to.Append('[');
                foreach (var element in node.Elements)
                {
                    Write(element, to);
                    to.Append(',');
                }

                to.Append(']');
                break;
            case ConfigKind.Text:
                to.Append(JsonSerializer.Serialize(node.Text));
                break;
            default:
                to.Append(node.Kind == ConfigKind.Null ? "null" : node.Text);
                break;
        }
    }
}
