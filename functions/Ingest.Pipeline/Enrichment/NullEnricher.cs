using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Fills columns with nulls: in place of an enricher that cannot run offline.</summary>
public sealed class NullEnricher(IReadOnlyList<string> columns) : IEnricher
{
    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var column in columns.Select(name => batch[name]))
        {
            while (column.Count < batch.RowCount)
            {
                column.AppendNull();
            }
        }

        return Task.CompletedTask;
    }
}
