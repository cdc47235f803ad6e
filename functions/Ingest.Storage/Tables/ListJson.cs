using System.Buffers;
using System.Text.Json;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Tables;

/// <summary>A list as JSON text in UTF-8, the form in which a table stores it.</summary>
internal static class ListJson
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? text;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>Valid until the next call on this thread.</summary>
    public static ReadOnlySpan<byte> Of(ListColumn list, int row)
    {
        var buffer = text ??= new ArrayBufferWriter<byte>(256);
        buffer.ResetWrittenCount();
        var json = writer ??= new Utf8JsonWriter(buffer);
        json.Reset(buffer);
        json.WriteStartArray();
        var (start, end) = list.Range(row);
        for (var element = start; element < end; element++)
        {
            WriteElement(json, list.Elements, element);
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void WriteElement(Utf8JsonWriter writer, Column elements, int element)
    {
        switch (elements)
        {
            case var _ when elements.IsNull(element):
                writer.WriteNullValue();
                break;
            case Int64Column { Definition.Type: ColumnType.Int64 } integers:
                writer.WriteNumberValue(integers.Values[element]);
                break;
            case DoubleColumn doubles:
                writer.WriteNumberValue(doubles.Values[element]);
                break;
            case BooleanColumn booleans:
                writer.WriteBooleanValue(booleans.Values[element]);
                break;
            case BytesColumn { Definition.Type: ColumnType.Json } json:
                writer.WriteRawValue(json[element], skipInputValidation: true);
                break;
            case BytesColumn texts:
                writer.WriteStringValue(texts[element]);
                break;
            default:
                writer.WriteStringValue(ColumnText.Of(elements, element));
                break;
        }
    }
}
