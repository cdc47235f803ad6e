using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Storage.Tables;

/// <summary>
/// <c>write.latest</c>: one row a key, and an older record never replaces a newer one, whatever the order of attempts and
/// writers. Newer is by event time, enqueued time, epoch, partition, sequence number and index; the rows carry them.
/// </summary>
internal sealed class LatestSink(IEnumerable<StreamDefinition> streams, LatestWriter writer) : ISink
{
    private readonly Dictionary<string, StreamTable> byStream = streams.Where(stream => stream.Latest is not null)
        .ToDictionary(stream => stream.Name, stream => new StreamTable(stream, stream.Latest!, withOrder: true));

    public string Name => "latest";

    public IPreparedWrite? Prepare(RecordBatch batch, SegmentContext context)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(context);
        return byStream.TryGetValue(batch.Stream, out var table) ? new LatestWrite(writer, table.Prepare(batch, context)) : null;
    }
}
