using System.Text;
using Azure.Data.Tables;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>
/// Rows of one batch as table entities, and what Table Storage would refuse of them. Lists are stored as JSON text, dates as
/// midnight UTC.
/// </summary>
internal sealed class EntityBuilder(
    RecordBatch batch, SegmentContext context, EventTimes times, IReadOnlyList<(Column Column, string Property)> properties)
{
    /// <summary>Properties that every row carries beside the stream's own.</summary>
    public static readonly string[] Origin = ["_hub", .. RecordOrder.Properties];

    private const int MaxProperties = 252;
    private const int MaxStringLength = 32 * 1024;
    private const int MaxEntityBytes = 1024 * 1024;

    /// <summary>Names, types and values of the origin's properties; the hub's name comes on top.</summary>
    private const int OriginBytes = 256;

    private static readonly DateTimeOffset EarliestDate = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public RecordOrder OrderOf(int row) => RecordOrder.Of(batch, row, times, context);

    /// <summary>Null where Table Storage will take the row, else one sentence.</summary>
    /// <param name="bytes">Size of the entity as Table Storage counts it.</param>
    public string? Check(int row, string partitionKey, string rowKey, out int bytes)
    {
        var size = 4L + OriginBytes + (2 * (partitionKey.Length + rowKey.Length + context.Partition.Hub.Length));
        bytes = 0;
        var count = Origin.Length;
        if (!IsStorable(times.InstantOf(row)))
        {
            return "The event time lies outside 1601-9999, which Table Storage cannot hold.";
        }

        foreach (var (column, property) in properties)
        {
            if (column.IsNull(row))
            {
                continue;
            }

            count++;
            var (value, problem) = SizeOf(column, row);
            if (problem is not null)
            {
                return $"Column {column.Definition.Name}: {problem}";
            }

            size += 8 + (2 * property.Length) + value;
        }

        bytes = (int)Math.Min(size, int.MaxValue);
        return count > MaxProperties ? $"The row has {count} properties; Table Storage takes {MaxProperties}."
            : size > MaxEntityBytes ? $"The row has {size} bytes; Table Storage takes {MaxEntityBytes}."
            : null;
    }

    /// <summary>The row as an entity; it has passed <see cref="Check"/>.</summary>
    public TableEntity Build(int row, string partitionKey, string rowKey)
    {
        var entity = new TableEntity(partitionKey, rowKey)
        {
            ["_hub"] = context.Partition.Hub,
            ["_time"] = times.InstantOf(row),
            ["_enqueued"] = ColumnText.Instant(batch.Enqueued.Values[row]),
            ["_epoch"] = context.Epoch,
            ["_partition"] = context.Partition.Number,
            ["_sequence"] = batch.Sequence.Values[row],
            ["_index"] = batch.Index.Values[row],
        };
        foreach (var (column, property) in properties)
        {
            if (!column.IsNull(row))
            {
                entity[property] = ValueOf(column, row);
            }
        }

        return entity;
    }

    private static object? ValueOf(Column column, int row) => column switch
    {
        ListColumn list => ListJson.Of(list, row),
        Int64Column { Definition.Type: ColumnType.Timestamp } times => ColumnText.Instant(times.Values[row]),
        Int64Column { Definition.Type: ColumnType.Date } dates => ColumnText.Day(dates.Values[row]),
        Int64Column integers => integers.Values[row],
        DoubleColumn doubles => doubles.Values[row],
        BooleanColumn booleans => booleans.Values[row],
        UuidColumn uuids => ColumnText.UuidOf(uuids, row),
        _ => ColumnText.Of(column, row),
    };

    private static (long Bytes, string? Problem) SizeOf(Column column, int row)
    {
        switch (column)
        {
            case BytesColumn bytes:
                var characters = bytes[row].Length <= MaxStringLength ? bytes[row].Length : Encoding.UTF8.GetCharCount(bytes[row]);
                return characters <= MaxStringLength
                    ? (4 + (2 * characters), null)
                    : (0, $"{characters} characters; Table Storage takes {MaxStringLength}.");
            case ListColumn list:
                var length = ListJson.Of(list, row).Length;
                return length <= MaxStringLength ? (4 + (2 * length), null) : (0, $"{length} characters as JSON; Table Storage takes {MaxStringLength}.");
            case Int64Column { Definition.Type: ColumnType.Timestamp } times when !IsStorable(ColumnText.Instant(times.Values[row])):
            case Int64Column { Definition.Type: ColumnType.Date } dates when !IsStorable(ColumnText.Day(dates.Values[row])):
                return (0, "a time outside 1601-9999, which Table Storage cannot hold.");
            case DoubleColumn doubles when !double.IsFinite(doubles.Values[row]):
                return (0, "not a finite number.");
            case UuidColumn:
                return (16, null);
            default:
                return (8, null);
        }
    }

    private static bool IsStorable(DateTimeOffset? time) => time >= EarliestDate;
}
