using Azure;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>
/// Reads, compares and writes conditionally: a row that is there is replaced only under the ETag that the comparison was made
/// for, a row that is not is inserted, so that nobody's newer record is ever lost.
/// </summary>
internal sealed class LatestWriter(TableClients tables, NewestKnown known, SemaphoreSlim slots)
{
    /// <summary>Every round that fails means that another writer's succeeded; more than this is not contention.</summary>
    private const int MaxRounds = 100;

    /// <param name="keys">Keys of one partition, at most what one transaction takes.</param>
    public async Task<List<RefusedRow>> WriteAsync(LatestRows rows, List<LatestKey> keys, CancellationToken cancellationToken)
    {
        var table = await tables.EnsureAsync(rows.Table, cancellationToken).ConfigureAwait(false);
        var refused = new List<RefusedRow>();
        await WriteAsync(table, rows, keys, refused, cancellationToken).ConfigureAwait(false);
        return refused;
    }

    private async Task WriteAsync(
        TableClient table, LatestRows rows, List<LatestKey> keys, List<RefusedRow> refused, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var (open, actions) = await CompareAsync(table, rows, keys, cancellationToken).ConfigureAwait(false);
            if (open.Count == 0)
            {
                return;
            }

            try
            {
                var responses = await SubmitAsync(table, actions, cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < open.Count; i++)
                {
                    known.Remember(KeyOf(table, open[i]), new KnownRow(responses[i].Headers.ETag, open[i].Newest.Order));
                    open[i].Finish();
                }

                return;
            }
            catch (RequestFailedException failure) when (IsConflict(failure))
            {
                // One stale key is seldom alone, and a transaction names only the first.
                open.ForEach(key => known.Forget(KeyOf(table, key)));
            }
            catch (RequestFailedException failure) when (IsRefused(failure))
            {
                open.ForEach(key => known.Forget(KeyOf(table, key)));
                if (FailedIndex(failure, open.Count) is { } index)
                {
                    refused.Add(Refuse(open[index], failure));
                    open[index].DropNewest();
                }
                else
                {
                    await WriteAsync(table, rows, open[..(open.Count / 2)], refused, cancellationToken).ConfigureAwait(false);
                    await WriteAsync(table, rows, open[(open.Count / 2)..], refused, cancellationToken).ConfigureAwait(false);
                    return;
                }
            }
        }

        throw new InvalidOperationException($"Rows of table {rows.Table} changed {MaxRounds} times while they were compared.");
    }

    private async Task<(List<LatestKey> Open, List<TableTransactionAction> Actions)> CompareAsync(
        TableClient table, LatestRows rows, List<LatestKey> keys, CancellationToken cancellationToken)
    {
        var pending = keys.Where(key => !key.IsDone).ToList();
        var stored = await Task.WhenAll(pending.Select(key => ReadAsync(table, key, cancellationToken))).ConfigureAwait(false);
        var (open, actions) = (new List<LatestKey>(), new List<TableTransactionAction>());
        for (var i = 0; i < pending.Count; i++)
        {
            var (key, row) = (pending[i], pending[i].Newest);
            if (stored[i].ETag is not null && row.Order < stored[i].Order)
            {
                key.Finish();
                continue;
            }

            // The same record may be written again: a later attempt's decision about it is the better one.
            var entity = rows.Entities.Build(row.Row, row.PartitionKey, row.RowKey);
            open.Add(key);
            actions.Add(stored[i].ETag is { } etag
                ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, entity, etag)
                : new TableTransactionAction(TableTransactionActionType.Add, entity));
        }

        return (open, actions);
    }

    private async Task<KnownRow> ReadAsync(TableClient table, LatestKey key, CancellationToken cancellationToken)
    {
        if (known.Find(KeyOf(table, key)) is { } remembered)
        {
            return remembered;
        }

        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var response = await table.GetEntityIfExistsAsync<TableEntity>(
                key.Newest.PartitionKey, key.Newest.RowKey, RecordOrder.Properties, cancellationToken).ConfigureAwait(false);
            return response is { HasValue: true, Value: { } entity } ? new KnownRow(entity.ETag, RecordOrder.Of(entity)) : new KnownRow(null, RecordOrder.Oldest);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<IReadOnlyList<Response>> SubmitAsync(TableClient table, List<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return (await table.SubmitTransactionAsync(actions, cancellationToken).ConfigureAwait(false)).Value;
        }
        finally
        {
            slots.Release();
        }
    }

    private static bool IsConflict(RequestFailedException failure) => failure
        is { Status: 412 } or { Status: 409, ErrorCode: "EntityAlreadyExists" } or { Status: 404, ErrorCode: "ResourceNotFound" };

    private static bool IsRefused(RequestFailedException failure) => failure.Status is 400 or 413;

    private static int? FailedIndex(RequestFailedException failure, int count) => count == 1 ? 0
        : (failure as TableTransactionFailedException)?.FailedTransactionActionIndex is { } index && index < count ? index : null;

    private static RefusedRow Refuse(LatestKey key, RequestFailedException failure) => new(
        key.Newest.Row, new Fault(FaultStage.Store, FaultCode.StoreLimit, $"Table Storage refused the row: {failure.Status} {failure.ErrorCode}."));

    private static (string Table, string PartitionKey, string RowKey) KeyOf(TableClient table, LatestKey key) =>
        (table.Name, key.Newest.PartitionKey, key.Newest.RowKey);
}
