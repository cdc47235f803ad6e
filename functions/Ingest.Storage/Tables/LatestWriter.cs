using System.Collections.Concurrent;
using System.Text;
using Azure;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>
/// Reads, compares and writes conditionally: a row that is there is replaced only under the ETag that the comparison was made
/// for, a row that is not is inserted, so that nobody's newer record is ever lost.
/// </summary>
internal sealed class LatestWriter(TableService service, TableClients tables, NewestKnown known, TransactionSlots slots, TableMeter meter)
{
    /// <summary>Every round that fails means that another writer's succeeded; more than this is not contention.</summary>
    private const int MaxRounds = 100;

    public Task EnsureAsync(string table, CancellationToken cancellationToken) => tables.EnsureAsync(table, cancellationToken);

    /// <param name="keys">Keys of one partition key, at most what one transaction takes.</param>
    /// <exception cref="RequestFailedException">The service is unavailable, after all retries.</exception>
    public async Task WriteAsync(
        TableRows rows, int partition, LatestKey[] keys, ConcurrentQueue<RefusedRow> refused, CancellationToken cancellationToken)
    {
        var target = service.TargetOf(rows.Table, rows.PartitionKeys[partition]);
        var partitionKey = Encoding.UTF8.GetString(target.PartitionKey);
        var (most, conflicts, missing) = (TransactionBody.MaxOperations, 0, 0);
        while (await CompareAsync(rows.Table, partitionKey, keys, cancellationToken).ConfigureAwait(false) is { Count: > 0 } open)
        {
            var (answer, sent) = await SendAsync(target, rows, open, most, cancellationToken).ConfigureAwait(false);
            var kind = Refusals.KindOf(answer);
            if (kind == Refusal.None)
            {
                for (var i = 0; i < sent; i++)
                {
                    known.Remember(KeyOf(open[i].Key), new KnownRow(answer.ETags[i], open[i].Key.Newest.Order));
                    open[i].Key.Finish();
                }

                meter.Rows("latest", rows.Stream, sent);
                most = TransactionBody.MaxOperations;
                continue;
            }

            // One stale key is seldom alone, and a transaction names only the first.
            open.ForEach(one => known.Forget(KeyOf(one.Key)));
            switch (kind)
            {
                case Refusal.Row when (sent == 1 ? 0 : answer.Index) is { } index && index < sent:
                    refused.Enqueue(new(open[index].Key.Newest.Row.Row, Refusals.FaultOf(answer)));
                    open[index].Key.DropNewest();
                    break;
                case Refusal.Row:
                    // Nobody says which row it is: half of them, until it is one.
                    most = sent / 2;
                    break;
                case Refusal.Table when missing++ == 0:
                    await tables.RecreateAsync(rows.Table, cancellationToken).ConfigureAwait(false);
                    break;
                case Refusal.Conflict when conflicts++ < MaxRounds:
                    break;
                default:
                    throw TableService.Unavailable(answer);
            }
        }

        (string, string, string) KeyOf(LatestKey key) => (rows.Table, partitionKey, key.RowKey);
    }

    /// <summary>The keys whose stored row is older, each with the ETag of that row; null where there is none.</summary>
    private async Task<List<(LatestKey Key, string? ETag)>> CompareAsync(
        string table, string partitionKey, LatestKey[] keys, CancellationToken cancellationToken)
    {
        var pending = keys.Where(key => !key.IsDone).ToList();
        var stored = await Task.WhenAll(pending.Select(key => ReadAsync(table, partitionKey, key.RowKey, cancellationToken))).ConfigureAwait(false);
        var open = new List<(LatestKey, string?)>(pending.Count);
        foreach (var (key, row) in pending.Zip(stored))
        {
            if (row.ETag is not null && key.Newest.Order < row.Order)
            {
                key.Finish();
            }
            else
            {
                // The same record may be written again: a later attempt's decision about it is the better one.
                open.Add((key, row.ETag));
            }
        }

        return open;
    }

    private async Task<KnownRow> ReadAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        if (known.Find((table, partitionKey, rowKey)) is { } remembered)
        {
            return remembered;
        }

        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await service.ReadOrderAsync(table, partitionKey, rowKey, cancellationToken).ConfigureAwait(false) ?? new KnownRow(null, RecordOrder.Oldest);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<(TransactionAnswer Answer, int Sent)> SendAsync(
        TransactionTarget target, TableRows rows, List<(LatestKey Key, string? ETag)> open, int most, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var body = new TransactionBody(target);
        try
        {
            for (var i = 0; i < open.Count && i < most; i++)
            {
                var row = open[i].Key.Newest.Row;
                if (!body.TryWrite(rows.Entities, row.Row, rows.KeyOf(row), open[i].ETag))
                {
                    break;
                }
            }

            body.Complete();
            meter.Transaction("latest");
            return (await service.SendAsync(body, wantsETags: true, cancellationToken).ConfigureAwait(false), body.Operations);
        }
        finally
        {
            body.Release();
            slots.Release();
        }
    }
}
