using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Storage.Tables;

/// <summary>One stream's table.</summary>
internal sealed class StreamTable
{
    private readonly TableDefinition definition;
    private readonly EntityMapping mapping;
    private readonly bool withOrder;

    /// <param name="withOrder">Whether its rows carry what their order is read from.</param>
    /// <exception cref="ArgumentException">The stream's columns cannot be told apart as properties.</exception>
    public StreamTable(StreamDefinition stream, TableDefinition definition, bool withOrder)
    {
        this.definition = definition;
        this.withOrder = withOrder;
        mapping = new EntityMapping(definition, stream.Columns, stream.Binding.TimeColumn);
    }

    /// <summary>The rows of the batch with their keys. Rows that the table cannot take are excluded from the batch.</summary>
    public TableRows Prepare(RecordBatch batch, SegmentContext context)
    {
        var times = mapping.TimesOf(batch);
        var partitionKeys = new KeyRenderer(definition.PartitionKey, batch, times, context);
        var rowKeys = new KeyRenderer(definition.RowKey, batch, times, context);
        var limits = mapping.LimitsFor(batch, context, withOrder);
        var rows = new TableRows(definition.Name, batch, times, context, mapping.WriterFor(batch, context, withOrder));
        using var partitionKey = new Utf8Buffer(KeyRenderer.MaxLength);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (batch.IsExcluded(row))
            {
                continue;
            }

            partitionKey.Truncate(0);
            var start = rows.Keys.Length;
            var problem = partitionKeys.Render(row, partitionKey) ?? rowKeys.Render(row, rows.Keys)
                ?? limits.Check(row, partitionKey.Written, rows.Keys.Written[start..]);
            if (problem is null)
            {
                rows.Add(row, partitionKey.Written, start);
            }
            else
            {
                rows.Keys.Truncate(start);
                batch.Exclude(row, new Fault(FaultStage.Store, FaultCode.StoreLimit, problem));
            }
        }

        return rows;
    }
}
