using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Storage.Tables;

/// <summary>
/// <c>write.table</c>: one row a record. Keys derive from decoded columns only, so a repeated batch overwrites its own rows;
/// of two records with one key the later one stands.
/// </summary>
internal sealed class TableSink(IEnumerable<StreamDefinition> streams, TableWriter writer) : ISink
{
    private readonly Dictionary<string, StreamTable> byStream = streams.Where(stream => stream.Table is not null)
        .ToDictionary(stream => stream.Name, stream => new StreamTable(stream, stream.Table!, withOrder: false));

    public string Name => "table";

    public IPreparedWrite? Prepare(RecordBatch batch, SegmentContext context)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(context);
        return byStream.TryGetValue(batch.Stream, out var table) ? new TableWrite(writer, table.Prepare(batch, context)) : null;
    }
}
