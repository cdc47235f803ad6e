using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>
/// Rows of one stream as table entities, and what Table Storage would refuse of them. Column names become property names: a
/// dot becomes two underscores, any other character that is no letter, digit or underscore becomes one. Lists are stored as
/// JSON text, dates as midnight UTC.
/// </summary>
internal sealed class EntityMapping
{
    private const int MaxProperties = 252;
    private const int MaxStringLength = 32 * 1024;
    private const int MaxEntityBytes = 1024 * 1024;
    private const int MaxNameLength = 255;

    /// <summary>Names, types and values of the origin's properties; the hub's name comes on top.</summary>
    private const int OriginBytes = 256;

    private static readonly string[] Origin = ["_hub", .. RecordOrder.Properties];
    private static readonly DateTimeOffset EarliestDate = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly (string Column, string Property)[] properties;
    private readonly string? timeColumn;

    /// <exception cref="ArgumentException">Two columns would share a property name, or a name is reserved.</exception>
    public EntityMapping(TableDefinition table, IReadOnlyList<ColumnDefinition> columns, string? timeColumn)
    {
        this.timeColumn = timeColumn;
        properties = [.. (table.Columns ?? [.. columns.Select(column => column.Name)]).Select(name => (name, PropertyName(name)))];
        var clash = Origin.Concat(["PartitionKey", "RowKey", "Timestamp"]).Concat(properties.Select(p => p.Property))
            .GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (clash is not null)
        {
            throw new ArgumentException($"Table {table.Name}: more than one column, or a reserved one, would be stored as {clash.Key}.", nameof(columns));
        }

        if (properties.FirstOrDefault(p => p.Property.Length > MaxNameLength) is { Property: { } tooLong })
        {
            throw new ArgumentException($"Table {table.Name}: the property name {tooLong} is longer than {MaxNameLength} characters.", nameof(columns));
        }
    }

    /// <summary>Null where Table Storage will take the row, else one sentence.</summary>
    /// <param name="bytes">Size of the entity as Table Storage counts it.</param>
    public string? Check(RecordBatch batch, int row, string partitionKey, string rowKey, SegmentContext context, out int bytes)
    {
        var size = 4L + OriginBytes + (2 * (partitionKey.Length + rowKey.Length + context.Partition.Hub.Length));
        bytes = 0;
        var count = Origin.Length;
        if (!IsStorable(ColumnText.Instant(KeyRenderer.TimeOf(batch, row, timeColumn))))
        {
            return "The event time lies outside 1601-9999, which Table Storage cannot hold.";
        }

        foreach (var (name, property) in properties)
        {
            var column = batch[name];
            if (column.IsNull(row))
            {
                continue;
            }

            count++;
            var (value, problem) = SizeOf(column, row);
            if (problem is not null)
            {
                return $"Column {name}: {problem}";
            }

            size += 8 + (2 * property.Length) + value;
        }

        bytes = (int)Math.Min(size, int.MaxValue);
        return count > MaxProperties ? $"The row has {count} properties; Table Storage takes {MaxProperties}."
            : size > MaxEntityBytes ? $"The row has {size} bytes; Table Storage takes {MaxEntityBytes}."
            : null;
    }

    /// <summary>The row as an entity; it has passed <see cref="Check"/>.</summary>
    public TableEntity Build(RecordBatch batch, int row, string partitionKey, string rowKey, SegmentContext context)
    {
        var entity = new TableEntity(partitionKey, rowKey)
        {
            ["_hub"] = context.Partition.Hub,
            ["_time"] = ColumnText.Instant(KeyRenderer.TimeOf(batch, row, timeColumn)),
            ["_enqueued"] = ColumnText.Instant(batch.Enqueued.Values[row]),
            ["_epoch"] = context.Epoch,
            ["_partition"] = context.Partition.Number,
            ["_sequence"] = batch.Sequence.Values[row],
            ["_index"] = batch.Index.Values[row],
        };
        foreach (var (name, property) in properties)
        {
            var column = batch[name];
            if (!column.IsNull(row))
            {
                entity[property] = ValueOf(column, row);
            }
        }

        return entity;
    }

    internal static string PropertyName(string column)
    {
        var name = string.Concat(column.Select(c => c == '.' ? "__" : char.IsLetterOrDigit(c) || c == '_' ? c.ToString() : "_"));
        return name.Length > 0 && char.IsDigit(name[0]) ? "_" + name : name;
    }

    private static object? ValueOf(Column column, int row) => column switch
    {
        ListColumn list => ListText(list, row),
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
                var length = ListText(list, row).Length;
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

    private static string ListText(ListColumn list, int row)
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
