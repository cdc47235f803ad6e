using System.Buffers;
using System.Text.Json;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>A part of the streams file as JSON, for whom it is meant.</summary>
internal static class ConfigJson
{
    /// <returns>An element of kind Undefined where there is no value.</returns>
    public static JsonElement Of(ConfigNode? node)
    {
        if (node is null)
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(node, writer);
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private static void Write(ConfigNode node, Utf8JsonWriter to)
    {
        switch (node.Kind)
        {
            case ConfigKind.Object:
                to.WriteStartObject();
                foreach (var (key, _, value) in node.Members)
                {
                    to.WritePropertyName(key);
                    Write(value, to);
                }

                to.WriteEndObject();
                break;
            case ConfigKind.Array:
                to.WriteStartArray();
                node.Elements.ForEach(element => Write(element, to));
                to.WriteEndArray();
                break;
            case ConfigKind.Text:
                to.WriteStringValue(node.Text);
                break;
            default:
                to.WriteRawValue(node.Kind == ConfigKind.Null ? "null" : node.Text);
                break;
        }
    }
}
