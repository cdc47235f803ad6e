using System.Buffers.Text;
using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <param name="Prefix">What stands before the value.</param>
internal readonly record struct EntityProperty(Column Column, byte[] Prefix);

/// <summary>
/// Writes rows of one batch as Table Storage's JSON, straight from the columns. Lists are stored as JSON text, dates as
/// midnight UTC. Rows must have passed <see cref="EntityLimits"/>. Serves one thread at a time.
/// </summary>
internal sealed class EntityWriter
{
    private const long MicrosecondsPerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    private static readonly byte[] SequencePrefix = PropertyPrefix.Of("_sequence", "Edm.Int64", isQuoted: true);
    private static readonly byte[] IndexPrefix = PropertyPrefix.Of("_index", "Edm.Int64", isQuoted: true);
    private static readonly byte[] TimePrefix = PropertyPrefix.Of("_time", "Edm.DateTime", isQuoted: true);
    private static readonly byte[] EnqueuedPrefix = PropertyPrefix.Of("_enqueued", "Edm.DateTime", isQuoted: true);

    private readonly RecordBatch batch;
    private readonly EventTimes? times;
    private readonly EntityProperty[] properties;
    private readonly byte[] origin;

    /// <param name="times">Null: the rows do not carry what their order is read from.</param>
    public EntityWriter(RecordBatch batch, SegmentContext context, EventTimes? times, EntityProperty[] properties)
    {
        this.batch = batch;
        this.times = times;
        this.properties = properties;
        using var text = new Utf8Buffer(256);
        text.Write("\",\"_hub\":\""u8);
        ValueText.WriteEscaped(text, Encoding.UTF8.GetBytes(context.Partition.Hub));
        text.Write(Encoding.UTF8.GetBytes(FormattableString.Invariant($"\",\"_epoch\":{context.Epoch},\"_partition\":{context.Partition.Number}")));
        origin = text.Written.ToArray();
    }

    public void Write(Utf8Buffer into, int row, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> rowKey)
    {
        into.Write("{\"PartitionKey\":\""u8);
        ValueText.WriteEscaped(into, partitionKey);
        into.Write("\",\"RowKey\":\""u8);
        ValueText.WriteEscaped(into, rowKey);
        into.Write(origin);
        WriteQuotedInteger(into, SequencePrefix, batch.Sequence.Values[row]);
        WriteQuotedInteger(into, IndexPrefix, batch.Index.Values[row]);
        if (times is not null)
        {
            WriteInstant(into, TimePrefix, times[row]);
            WriteInstant(into, EnqueuedPrefix, batch.Enqueued.Values[row]);
        }

        foreach (ref readonly var property in properties.AsSpan())
        {
            if (!property.Column.IsNull(row))
            {
                WriteProperty(into, property, row);
            }
        }

        into.Write("}"u8);
    }

    private static void WriteProperty(Utf8Buffer into, in EntityProperty property, int row)
    {
        switch (property.Column)
        {
            case BytesColumn texts:
                into.Write(property.Prefix);
                ValueText.WriteEscaped(into, texts[row]);
                into.Write("\""u8);
                break;
            case DoubleColumn doubles:
                into.Write(property.Prefix);
                into.Advance(ValueText.WriteDouble(into.Room(ValueText.MaxLength), doubles.Values[row]));
                break;
            case Int64Column { Definition.Type: ColumnType.Int64 } integers:
                WriteQuotedInteger(into, property.Prefix, integers.Values[row]);
                break;
            case Int64Column { Definition.Type: ColumnType.Date } dates:
                WriteInstant(into, property.Prefix, dates.Values[row] * MicrosecondsPerDay);
                break;
            case Int64Column instants:
                WriteInstant(into, property.Prefix, instants.Values[row]);
                break;
            case BooleanColumn booleans:
                into.Write(property.Prefix);
                into.Write(booleans.Values[row] ? "true"u8 : "false"u8);
                break;
            case UuidColumn uuids:
                into.Write(property.Prefix);
                Utf8Formatter.TryFormat(ColumnText.UuidOf(uuids, row), into.Room(ValueText.MaxLength), out var length);
                into.Advance(length);
                into.Write("\""u8);
                break;
            case ListColumn list:
                into.Write(property.Prefix);
                ValueText.WriteEscaped(into, ListJson.Of(list, row));
                into.Write("\""u8);
                break;
            default:
                throw new NotSupportedException($"A table cannot store {property.Column.Definition.Type}.");
        }
    }

    private static void WriteQuotedInteger(Utf8Buffer into, byte[] prefix, long value)
    {
        var room = into.Room(prefix.Length + ValueText.MaxLength);
        prefix.CopyTo(room);
        var length = prefix.Length + ValueText.WriteInteger(room[prefix.Length..], value);
        room[length] = (byte)'"';
        into.Advance(length + 1);
    }

    private static void WriteInstant(Utf8Buffer into, byte[] prefix, long microseconds)
    {
        into.Write(prefix);
        into.Advance(ValueText.WriteInstant(into.Room(ValueText.MaxLength), microseconds));
        into.Write("\""u8);
    }
}
