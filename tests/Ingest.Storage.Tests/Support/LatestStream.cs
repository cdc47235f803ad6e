using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Storage.Tests.Support;

/// <summary>A stream with device, time and value, whose latest table, and whose table if it has one, has the device as row key.</summary>
internal static class LatestStream
{
    public static readonly ColumnDefinition[] Columns =
    [
        new("deviceId", ColumnType.String), new("createdAt", ColumnType.Timestamp), new("value", ColumnType.Double),
        new("location.lat", ColumnType.Double), new("tags", ColumnType.String, IsList: true), new("uuid", ColumnType.Uuid), new("day", ColumnType.Date),
        new("count", ColumnType.Int64), new("on", ColumnType.Boolean), new("extra", ColumnType.Json),
    ];

    public static StreamDefinition Definition(string table, KeyTemplate? partitionKey = null, KeyTemplate? rowKey = null, IReadOnlyList<string>? columns = null) => new()
    {
        Name = "telemetry",
        When = [],
        Format = PayloadFormat.Json,
        Schema = SchemaCompiler.Compile(new SchemaSource("any.json", "{}"u8.ToArray()), new SchemaBinding(null, null, null), [])!,
        Binding = new RecordBinding(null, "deviceId", "createdAt"),
        Enrich = [],
        Columns = Columns,
        Lake = new(LakeCompression.Zstd, []),
        Latest = new(table, partitionKey ?? Template("p"), rowKey ?? new KeyTemplate("{deviceId}", [new KeyColumn("deviceId")]), columns),
        Version = "v",
    };

    public static StreamDefinition WithTable(string table, KeyTemplate? partitionKey = null, KeyTemplate? rowKey = null, IReadOnlyList<string>? columns = null)
    {
        var stream = Definition(table, partitionKey, rowKey, columns);
        return stream with { Table = stream.Latest, Latest = null };
    }

    public static KeyTemplate Template(string literal) => new(literal, [new KeyLiteral(literal)]);

    public static RecordBatch Batch() => new("telemetry", "v", Columns);

    /// <param name="seconds">Event time after six o'clock; null: none.</param>
    public static void Add(RecordBatch batch, string? device, double? seconds, long sequence, double value)
    {
        if (device is not null)
        {
            ((BytesColumn)batch["deviceId"]).Append(Encoding.UTF8.GetBytes(device));
        }

        if (seconds is { } time)
        {
            ((Int64Column)batch["createdAt"]).Append((Batches.SixOClock * 1000) + (long)(time * 1_000_000));
        }

        ((DoubleColumn)batch["value"]).Append(value);
        Batches.Commit(batch, sequence, null, "");
    }
}
