using Ingest.Pipeline.Records;

namespace Ingest.Storage.Tables;

/// <summary>Event times of a batch: the stream's time column, or the enqueued time where there is none or it is null.</summary>
/// <exception cref="KeyNotFoundException">The batch has no such column; loading streams.json checks this.</exception>
internal sealed class EventTimes(RecordBatch batch, string? timeColumn)
{
    private readonly Int64Column times = timeColumn is null ? batch.Enqueued : (Int64Column)batch[timeColumn];

    /// <summary>Microseconds since the Unix epoch.</summary>
    public long this[int row] => times.IsNull(row) ? batch.Enqueued.Values[row] : times.Values[row];

    /// <summary>Null outside the years 1 to 9999.</summary>
    public DateTimeOffset? InstantOf(int row) => ColumnText.Instant(this[row]);
}
