using Azure.Data.Tables;
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

    public static RecordOrder Of(TableEntity entity) =>
        entity.TryGetValue("_time", out var time) && time is DateTimeOffset at
        && entity.TryGetValue("_enqueued", out var enqueued) && enqueued is DateTimeOffset enqueuedAt
        && entity.TryGetValue("_epoch", out var epoch) && epoch is int epochNumber
        && entity.TryGetValue("_partition", out var partition) && partition is int partitionNumber
        && entity.TryGetValue("_sequence", out var sequence) && sequence is long sequenceNumber
        && entity.TryGetValue("_index", out var index) && index is long position
            ? new RecordOrder(ColumnText.MicrosecondsOf(at), ColumnText.MicrosecondsOf(enqueuedAt), epochNumber, partitionNumber, sequenceNumber, position)
            : Oldest;

    public int CompareTo(RecordOrder other) =>
        (Time, Enqueued, Epoch, Partition, Sequence, Index).CompareTo((other.Time, other.Enqueued, other.Epoch, other.Partition, other.Sequence, other.Index));

    public static bool operator <(RecordOrder left, RecordOrder right) => left.CompareTo(right) < 0;

    public static bool operator >(RecordOrder left, RecordOrder right) => left.CompareTo(right) > 0;
}
