using Azure;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>Writes rows by insert-or-replace, and isolates those that the service refuses.</summary>
internal sealed class TableWriter(TableService service, TableClients tables, TransactionSlots slots, RecentKeys recent, TableMeter meter)
{
    /// <summary>Two upserts of one row at the same moment may get into each other's way; more often than this it is something else.</summary>
    private const int MaxConflicts = 5;

    public TableMeter Meter => meter;

    public Task EnsureAsync(string table, CancellationToken cancellationToken) => tables.EnsureAsync(table, cancellationToken);

    /// <summary>Writes rows of one partition key, as many transactions at once as there are slots.</summary>
    /// <param name="numbers">Rows by their number, each key once.</param>
    /// <exception cref="RequestFailedException">The service is unavailable, after all retries.</exception>
    public async Task WriteAsync(TableWriting write, int partition, List<int> numbers, CancellationToken cancellationToken)
    {
        var target = service.TargetOf(write.Rows.Table, write.Rows.PartitionKeys[partition]);
        var transactions = new List<Task>();
        try
        {
            for (var from = 0; from < numbers.Count; from += TransactionBody.MaxOperations)
            {
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                transactions.Add(WriteAsync(write, target, numbers[from..Math.Min(from + TransactionBody.MaxOperations, numbers.Count)], cancellationToken));
            }
        }
        finally
        {
            await Task.WhenAll(transactions).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what one transaction takes by the number of its rows; by their size it may take several.</summary>
    private async Task WriteAsync(TableWriting write, TransactionTarget target, List<int> open, CancellationToken cancellationToken)
    {
        try
        {
            var (most, conflicts, missing) = (TransactionBody.MaxOperations, 0, 0);
            while (open.Count > 0)
            {
                var (answer, sent) = await SendAsync(write, target, open, most, cancellationToken).ConfigureAwait(false);
                switch (Refusals.KindOf(answer))
                {
                    case Refusal.None:
                        Written(write, target, open[..sent]);
                        open.RemoveRange(0, sent);
                        most = TransactionBody.MaxOperations;
                        break;
                    case Refusal.Row when (sent == 1 ? 0 : answer.Index) is { } index && index < sent:
                        Refuse(write, open, index, answer);
                        break;
                    case Refusal.Row:
                        // Nobody says which row it is: half of them, until it is one.
                        most = sent / 2;
                        break;
                    case Refusal.Table when missing++ == 0:
                        await tables.RecreateAsync(target.Table, cancellationToken).ConfigureAwait(false);
                        break;
                    case Refusal.Conflict when conflicts++ < MaxConflicts:
                        break;
                    default:
                        throw TableService.Unavailable(answer);
                }
            }
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<(TransactionAnswer Answer, int Sent)> SendAsync(
        TableWriting write, TransactionTarget target, List<int> open, int most, CancellationToken cancellationToken)
    {
        using var body = new TransactionBody(target);
        try
        {
            Fill(body, write.Rows, open, most);
            meter.Transaction("table");
            return (await service.SendAsync(body, wantsETags: false, cancellationToken).ConfigureAwait(false), body.Operations);
        }
        finally
        {
            body.Release();
        }
    }

    private static void Fill(TransactionBody body, TableRows rows, List<int> open, int most)
    {
        for (var i = 0; i < open.Count && i < most; i++)
        {
            var row = rows[open[i]];
            if (!body.TryUpsert(rows.Entities, row.Row, rows.KeyOf(row)))
            {
                break;
            }
        }

        body.Complete();
    }

    private void Written(TableWriting write, TransactionTarget target, List<int> numbers)
    {
        meter.Rows("table", write.Rows.Stream, numbers.Count);
        meter.Overwritten(write.Rows.Stream, recent.Remember(target, write.Rows, numbers));
    }

    private static void Refuse(TableWriting write, List<int> open, int index, TransactionAnswer answer)
    {
        var number = open[index];
        write.Refused.Enqueue(new(write.Rows[number].Row, Refusals.FaultOf(answer)));
        if (write.Previous[number] is >= 0 and var previous)
        {
            open[index] = previous;
        }
        else
        {
            open.RemoveAt(index);
        }
    }
}
