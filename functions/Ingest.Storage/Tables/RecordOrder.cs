using System.Text.Json;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>The total order by which one record is newer than another. Times in microseconds since the Unix epoch.</summary>
internal readonly record struct RecordOrder(long Time, long Enqueued, int Epoch, int Partition, long Sequence, long Index) : IComparable<RecordOrder>
{
    /// <summary>Properties that a stored row's order is read from.</summary>
    public static readonly string[] Properties = ["_time", "_enqueued", "_epoch", "_partition", "_sequence", "_index"];

    /// <summary>Older than every record: what a row is that somebody else wrote.</summary>
    public static readonly RecordOrder Oldest = new(long.MinValue, 0, 0, 0, 0, 0);

    public static RecordOrder Of(RecordBatch batch, int row, EventTimes times, SegmentContext context) => new(
        times[row], batch.Enqueued.Values[row], context.Epoch, context.Partition.Number,
        batch.Sequence.Values[row], batch.Index.Values[row]);

    /// <summary>Reads Table Storage's JSON of a row.</summary>
    public static RecordOrder Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var row = document.RootElement;
        return Instant(row, "_time") is { } time && Instant(row, "_enqueued") is { } enqueued
            && Int32(row, "_epoch") is { } epoch && Int32(row, "_partition") is { } partition
            && Int64(row, "_sequence") is { } sequence && Int64(row, "_index") is { } index
                ? new RecordOrder(time, enqueued, epoch, partition, sequence, index)
                : Oldest;
    }

    public int CompareTo(RecordOrder other) =>
        (Time, Enqueued, Epoch, Partition, Sequence, Index).CompareTo((other.Time, other.Enqueued, other.Epoch, other.Partition, other.Sequence, other.Index));

    public static bool operator <(RecordOrder left, RecordOrder right) => left.CompareTo(right) < 0;

    public static bool operator >(RecordOrder left, RecordOrder right) => left.CompareTo(right) > 0;

    private static long? Instant(JsonElement row, string name) =>
        TextOf(row, name, "Edm.DateTime") is { } value && value.TryGetDateTimeOffset(out var time) ? ColumnText.MicrosecondsOf(time) : null;

    private static long? Int64(JsonElement row, string name) =>
        TextOf(row, name, "Edm.Int64") is { } value
        && long.TryParse(value.GetString(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number : null;

    private static int? Int32(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static JsonElement? TextOf(JsonElement row, string name, string type) =>
        row.TryGetProperty(name + "@odata.type", out var its) && its.ValueEquals(type)
        && row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value : null;
}
