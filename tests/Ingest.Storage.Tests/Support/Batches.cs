using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tests.Support;

internal static class Batches
{
    public static readonly PartitionId Partition = new("contoso.servicebus.windows.net", "telemetry", 3);

    /// <summary>2026-11-23T06:00:00Z.</summary>
    public static readonly long SixOClock = new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static readonly SegmentContext Context = new(Partition, 2, SixOClock + 5000);

    /// <summary>Every type, flat and as a list.</summary>
    public static readonly ColumnDefinition[] EveryColumn =
    [
        .. Enum.GetValues<ColumnType>().Select(type => new ColumnDefinition(type.ToString(), type)),
        .. Enum.GetValues<ColumnType>().Select(type => new ColumnDefinition("list." + type, type, IsList: true)),
    ];

    public static IncomingEvent Event(long sequence, string? key = null) => new()
    {
        Body = Array.Empty<byte>(),
        SequenceNumber = sequence,
        EnqueuedUnixMs = SixOClock + sequence,
        PartitionKey = key,
    };

    /// <summary>Rows 0, 1, 2, … whose values derive from the row number; every third value is null, and lists have 0 to 3 elements.</summary>
    public static RecordBatch OfEveryType(int rows, bool withNulls = true)
    {
        var batch = new RecordBatch("telemetry", "0123456789abcdef", EveryColumn);
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < batch.Columns.Count; c++)
            {
                var column = batch.Columns[c];
                if (withNulls && (row + c) % 3 == 0)
                {
                    column.AppendNull();
                }
                else if (column is ListColumn list)
                {
                    for (var e = 0; e < row % 4; e++)
                    {
                        AppendElement(list.Elements, row + e, withNulls && e == 1);
                    }

                    list.CommitRow();
                }
                else
                {
                    Append(column, row);
                }
            }

            Commit(batch, row, withNulls && row % 2 == 0 ? null : "k" + (row % 5), row % 2 == 0 ? "" : "id-" + row);
        }

        return batch;
    }

    public static void Commit(RecordBatch batch, long sequence, string? key, string id) =>
        batch.CommitRow(Event(sequence, key), (int)(sequence % 1000), 0, Encoding.UTF8.GetBytes(id), default);

    public static int[] AllRows(RecordBatch batch) => [.. Enumerable.Range(0, batch.RowCount)];

    /// <summary>The UUID whose last group is the number.</summary>
    public static Guid Uuid(long value) => new(0x12345678, 0x1234, 0x5678, [0x90, 0xab, .. BitConverter.GetBytes(value).Take(6).Reverse()]);

    public static void Append(Column column, long value)
    {
        switch (column)
        {
            case Int64Column { Definition.Type: ColumnType.Timestamp } times:
                times.Append((SixOClock * 1000) + value);
                break;
            case Int64Column { Definition.Type: ColumnType.Date } dates:
                dates.Append(20_000 + (value % 5000));
                break;
            case Int64Column integers:
                integers.Append(value * 1_000_003);
                break;
            case DoubleColumn doubles:
                doubles.Append(value / 8.0);
                break;
            case BooleanColumn booleans:
                booleans.Append(value % 2 == 1);
                break;
            case UuidColumn uuids:
                uuids.Append(MemoryMarshal.Read<UInt128>(Uuid(value).ToByteArray(bigEndian: true)));
                break;
            case BytesColumn { Definition.Type: ColumnType.Json } json:
                json.Append(Encoding.UTF8.GetBytes($$"""{"n":{{value}}}"""));
                break;
            default:
                ((BytesColumn)column).Append(Encoding.UTF8.GetBytes("Größe " + value));
                break;
        }
    }

    private static void AppendElement(Column elements, long value, bool isNull)
    {
        if (isNull)
        {
            elements.AppendNull();
        }
        else
        {
            Append(elements, value);
        }
    }
}
