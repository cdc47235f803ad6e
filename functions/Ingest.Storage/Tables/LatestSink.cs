using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Storage.Tables;

/// <summary>
/// <c>write.latest</c>: one row a key, and an older record never replaces a newer one, whatever the order of attempts and
/// writers. Newer is by event time, enqueued time, epoch, partition, sequence number and index; the rows carry them.
/// </summary>
internal sealed class LatestSink : ISink, IDisposable
{
    private readonly Dictionary<string, LatestTable> byStream;
    private readonly LatestWriter writer;
    private readonly SemaphoreSlim slots;

    /// <exception cref="ArgumentException">Columns of a stream cannot be told apart as table properties.</exception>
    public LatestSink(IEnumerable<StreamDefinition> streams, TableClients tables, StorageOptions options)
    {
        byStream = streams.Where(stream => stream.Latest is not null).ToDictionary(stream => stream.Name, stream => new LatestTable(stream));
        slots = new SemaphoreSlim(options.MaxTransactionsInFlight);
        writer = new LatestWriter(tables, new NewestKnown(options.LatestCacheKeys), slots);
    }

    public string Name => "latest";

    public IPreparedWrite? Prepare(RecordBatch batch, SegmentContext context)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(context);
        if (!byStream.TryGetValue(batch.Stream, out var table))
        {
            return null;
        }

        var latest = table.For(batch, context);
        var rows = new List<LatestRow>(batch.IncludedCount);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (batch.IsExcluded(row))
            {
                continue;
            }

            var (prepared, problem) = latest.Prepare(row);
            if (problem is null)
            {
                rows.Add(prepared);
            }
            else
            {
                batch.Exclude(row, new Fault(FaultStage.Store, FaultCode.StoreLimit, problem));
            }
        }

        return new LatestWrite(writer, latest, batch, rows);
    }

    public void Dispose() => slots.Dispose();
}
