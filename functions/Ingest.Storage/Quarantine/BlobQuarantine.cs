using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Tables;

namespace Ingest.Storage.Quarantine;

/// <summary>The quarantine: Parquet blobs that take part in the commit, and advisory summary rows in a table.</summary>
internal sealed class BlobQuarantine(SegmentStager stager, TableClients tables, StorageOptions options) : IQuarantine
{
    private const int MaxOperations = 100;

    public Task StageAsync(SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(records);
        return stager.StageAsync(name, target => QuarantineSegmentWriter.Write(records, context, target), cancellationToken);
    }

    public async Task SummarizeAsync(
        SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(records);
        var table = await tables.EnsureAsync(options.QuarantineTable, cancellationToken).ConfigureAwait(false);
        foreach (var rows in QuarantineSummary.Rows(name, records, context).Chunk(MaxOperations))
        {
            var actions = rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row));
            await table.SubmitTransactionAsync(actions, cancellationToken).ConfigureAwait(false);
        }
    }
}
