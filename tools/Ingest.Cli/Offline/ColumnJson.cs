using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ingest.Pipeline.Records;

namespace Ingest.Cli.Offline;

/// <summary>The value of a column as the JSON that a person would write: times in RFC 3339, days as yyyy-MM-dd.</summary>
public static class ColumnJson
{
    /// <summary>The spelling of a column type for people, for example <c>timestamp</c> or <c>string[]</c>.</summary>
    public static string TypeName(ColumnDefinition column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var name = column.Type.ToString().ToLowerInvariant();
        return column.IsList ? $"{name}[]" : name;
    }

    /// <summary>For output that is read, not embedded in HTML: text stays as it is.</summary>
    public static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Utf8JsonWriter writer, Column column, int row)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(column);
        if (column.IsNull(row))
        {
            writer.WriteNullValue();
            return;
        }

        switch (column)
        {
            case Int64Column { Definition.Type: ColumnType.Timestamp } time:
                writer.WriteStringValue(
                    DateTime.UnixEpoch.AddTicks(time.Values[row] * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
                break;
            case Int64Column { Definition.Type: ColumnType.Date } day:
                writer.WriteStringValue(DateTime.UnixEpoch.AddDays(day.Values[row]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case Int64Column integers:
                writer.WriteNumberValue(integers.Values[row]);
                break;
            case DoubleColumn doubles:
                writer.WriteNumberValue(doubles.Values[row]);
                break;
            case BooleanColumn booleans:
                writer.WriteBooleanValue(booleans.Values[row]);
                break;
            case UuidColumn uuids:
                // The column holds the text's byte order in memory, whatever the number would be.
                writer.WriteStringValue(new Guid(MemoryMarshal.AsBytes(uuids.Values.Slice(row, 1)), bigEndian: true));
                break;
            case BytesColumn { Definition.Type: ColumnType.Json } json:
                writer.WriteRawValue(json[row], skipInputValidation: true);
                break;
            case BytesColumn bytes:
                writer.WriteStringValue(bytes[row]);
                break;
            case ListColumn list:
                WriteList(writer, list, row);
                break;
            default:
                throw new NotSupportedException($"Column {column.Definition.Name} is a {column.GetType().Name}.");
        }
    }

    private static void WriteList(Utf8JsonWriter writer, ListColumn list, int row)
    {
        var (start, end) = list.Range(row);
        writer.WriteStartArray();
        for (var i = start; i < end; i++)
        {
            Write(writer, list.Elements, i);
        }

        writer.WriteEndArray();
    }
}
