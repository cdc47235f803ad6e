using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Tables;

/// <summary>A list as JSON text, the form in which a table stores it.</summary>
internal static class ListJson
{
    public static string Of(ListColumn list, int row)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            var (start, end) = list.Range(row);
            for (var element = start; element < end; element++)
            {
                WriteElement(writer, list.Elements, element);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
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
            default:
                writer.WriteStringValue(ColumnText.Of(elements, element));
                break;
        }
    }
}
