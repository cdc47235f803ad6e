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

        var rows = new List<LatestRow>(batch.IncludedCount);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (batch.IsExcluded(row))
            {
                continue;
            }

            var (prepared, problem) = table.Prepare(batch, row, context);
            if (problem is null)
            {
                rows.Add(prepared);
            }
            else
            {
                batch.Exclude(row, new Fault(FaultStage.Store, FaultCode.StoreLimit, problem));
            }
        }

        return new LatestWrite(writer, table, batch, context, rows);
    }

    public void Dispose() => slots.Dispose();
}

/// <summary>One row with its keys, its place in the order and its size as Table Storage counts it.</summary>
internal readonly record struct LatestRow(int Row, string PartitionKey, string RowKey, RecordOrder Order, int Bytes);

/// <summary>One stream's latest table.</summary>
internal sealed class LatestTable
{
    private readonly KeyRenderer partitionKey;
    private readonly KeyRenderer rowKey;
    private readonly string? timeColumn;

    public LatestTable(StreamDefinition stream)
    {
        var definition = stream.Latest ?? throw new ArgumentException($"Stream {stream.Name} has no latest table.", nameof(stream));
        timeColumn = stream.Binding.TimeColumn;
        Name = definition.Name;
        partitionKey = new KeyRenderer(definition.PartitionKey, timeColumn);
        rowKey = new KeyRenderer(definition.RowKey, timeColumn);
        Mapping = new EntityMapping(definition, stream.Columns, timeColumn);
    }

    public string Name { get; }

    public EntityMapping Mapping { get; }

    public (LatestRow Row, string? Problem) Prepare(RecordBatch batch, int row, SegmentContext context)
    {
        var (partition, partitionProblem) = partitionKey.Render(batch, row, context);
        var (key, keyProblem) = rowKey.Render(batch, row, context);
        if ((partitionProblem ?? keyProblem) is { } problem)
        {
            return (default, problem);
        }

        var refused = Mapping.Check(batch, row, partition, key, context, out var bytes);
        return (new LatestRow(row, partition, key, RecordOrder.Of(batch, row, timeColumn, context), bytes), refused);
    }
}
