using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ingest.Storage.Quarantine;

/// <summary>
/// AMQP property values as JSON that reads back to the same types. Strings, booleans, int32 and null are plain JSON; every
/// other type is an object with one member that names it: <c>{"$long":"5"}</c>, <c>{"$timestamp":"…"}</c>,
/// <c>{"$binary":"base64"}</c>, <c>{"$list":[…]}</c>, <c>{"$map":[[key,value],…]}</c>. Types that AMQP does not know become
/// <c>{"$text":"…","type":"…"}</c> and read back as text.
/// </summary>
public static class AmqpValueJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A JSON object of all properties; null where there are none. Never throws for what a sender put in.</summary>
    public static string? Write(IEnumerable<KeyValuePair<string, object>>? properties)
    {
        if (properties is null)
        {
            return null;
        }

        var members = new List<(string Name, string Json)>();
        try
        {
            foreach (var (name, value) in properties)
            {
                members.Add((name, RenderValue(value)));
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The collection may be decoded on first use; bytes that are not AMQP must not stop the quarantine.
            members.Add(("$undecodable", Render(writer => writer.WriteStringValue(failure.Message))));
        }

        return members.Count == 0 ? null : Render(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, json) in members)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(json, skipInputValidation: true);
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>Reads back what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is not that.</exception>
    public static IReadOnlyDictionary<string, object?> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => ReadValue(member.Value));
    }

    private static string RenderValue(object? value)
    {
        try
        {
            return Render(writer => WriteValue(writer, value));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Nested deeper than JSON can be written, or a value that cannot be decoded: the other properties stay.
            return Render(writer => Tag(writer, "$undecodable", failure.Message));
        }
    }

    private static string Render(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case byte[] bytes:
                Tag(writer, "$binary", Convert.ToBase64String(bytes));
                break;
            case ArraySegment<byte> bytes:
                Tag(writer, "$binary", Convert.ToBase64String(bytes));
                break;
            case ReadOnlyMemory<byte> bytes:
                Tag(writer, "$binary", Convert.ToBase64String(bytes.Span));
                break;
            case IDictionary map:
                WriteMap(writer, map);
                break;
            case IEnumerable list:
                WriteList(writer, list);
                break;
            default:
                WriteScalar(writer, value);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, object value)
    {
        var (tag, text) = AmqpScalars.ToText(value);
        if (tag is not null)
        {
            Tag(writer, tag, text);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("$text", text);
        writer.WriteString("type", value.GetType().FullName);
        writer.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter writer, IDictionary map)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("$map");
        foreach (DictionaryEntry entry in map)
        {
            writer.WriteStartArray();
            WriteValue(writer, entry.Key);
            WriteValue(writer, entry.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, IEnumerable list)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("$list");
        foreach (var element in list)
        {
            WriteValue(writer, element);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Tag(Utf8JsonWriter writer, string tag, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(tag, text);
        writer.WriteEndObject();
    }

    private static object? ReadValue(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            case JsonValueKind.Number:
                return element.GetInt32();
            case JsonValueKind.Object:
                var member = element.EnumerateObject().First();
                return member.Name switch
                {
                    "$binary" => member.Value.GetBytesFromBase64(),
                    "$list" => member.Value.EnumerateArray().Select(ReadValue).ToList(),
                    "$map" => member.Value.EnumerateArray().ToDictionary(pair => ReadValue(pair[0])!, pair => ReadValue(pair[1])),
                    _ => AmqpScalars.FromText(member.Name, member.Value.GetString() ?? ""),
                };
            default:
                throw new JsonException($"A property value cannot be a JSON {element.ValueKind}.");
        }
    }
}
