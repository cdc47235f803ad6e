using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Storage.Tables;

/// <summary>One stream's latest table.</summary>
internal sealed class LatestTable
{
    private readonly TableDefinition definition;
    private readonly EntityMapping mapping;
    private readonly string? timeColumn;

    /// <exception cref="ArgumentException">The stream has no latest table, or its columns cannot be told apart as properties.</exception>
    public LatestTable(StreamDefinition stream)
    {
        definition = stream.Latest ?? throw new ArgumentException($"Stream {stream.Name} has no latest table.", nameof(stream));
        timeColumn = stream.Binding.TimeColumn;
        mapping = new EntityMapping(definition, stream.Columns, timeColumn);
    }

    public LatestRows For(RecordBatch batch, SegmentContext context)
    {
        var times = new EventTimes(batch, timeColumn);
        return new LatestRows(
            definition.Name,
            new KeyRenderer(definition.PartitionKey, batch, times, context),
            new KeyRenderer(definition.RowKey, batch, times, context),
            mapping.For(batch, context));
    }
}

/// <summary>One row with its keys, its place in the order and its size as Table Storage counts it.</summary>
internal readonly record struct LatestRow(int Row, string PartitionKey, string RowKey, RecordOrder Order, int Bytes);

/// <summary>The rows of one batch on their way to a latest table.</summary>
internal sealed class LatestRows(string table, KeyRenderer partitionKey, KeyRenderer rowKey, EntityBuilder entities)
{
    public string Table => table;

    public EntityBuilder Entities => entities;

    /// <summary>Not thread-safe: the renderers serve one row at a time.</summary>
    public (LatestRow Row, string? Problem) Prepare(int row)
    {
        var (partition, partitionProblem) = partitionKey.Render(row);
        var (key, keyProblem) = rowKey.Render(row);
        if ((partitionProblem ?? keyProblem) is { } problem)
        {
            return (default, problem);
        }

        var refused = entities.Check(row, partition, key, out var bytes);
        return (new LatestRow(row, partition, key, entities.OrderOf(row), bytes), refused);
    }
}
