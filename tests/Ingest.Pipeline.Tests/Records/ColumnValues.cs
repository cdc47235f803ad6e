using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Tests.Records;

/// <summary>Reads columns the way a person would.</summary>
internal static class ColumnValues
{
    public static object? Value(this RecordBatch batch, string column, int row) => batch[column].Value(row);

    public static object? Value(this Column column, int row)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        return column switch
        {
            Int64Column { Definition.Type: ColumnType.Timestamp } time => DateTime.UnixEpoch.AddTicks(time.Values[row] * 10).ToString("yyyy-MM-ddTHH:mm:ss.ffffff"),
            Int64Column { Definition.Type: ColumnType.Date } day => DateTime.UnixEpoch.AddDays(day.Values[row]).ToString("yyyy-MM-dd"),
            Int64Column integers => integers.Values[row],
            DoubleColumn doubles => doubles.Values[row],
            BooleanColumn booleans => booleans.Values[row],
            BytesColumn bytes => Encoding.UTF8.GetString(bytes[row]),
            UuidColumn uuids => new Guid(MemoryMarshal.AsBytes(uuids.Values.Slice(row, 1)), bigEndian: true).ToString(),
            ListColumn list => List(list, row),
            _ => throw new NotSupportedException(column.GetType().Name),
        };
    }

    private static object?[] List(ListColumn list, int row)
    {
        var (start, end) = list.Range(row);
        return [.. Enumerable.Range(start, end - start).Select(list.Elements.Value)];
    }
}
