using Azure;
using Ingest.Cli.Audit;

namespace Ingest.Cli.Chaos;

/// <summary>Where a run stands at one moment, by the progress rows and the hub's own numbers.</summary>
/// <param name="InHub">Events that the hub has ever taken.</param>
/// <param name="Received">Events committed.</param>
/// <param name="Pending">Segments committed and not visible; null: not looked up.</param>
/// <param name="Durable">Last committed sequence number of each partition.</param>
public sealed record ChaosSnapshot(long InHub, long Received, long Written, long Quarantined, int? Pending, IReadOnlyList<long> Durable)
{
    public long Lag => InHub - Received;

    public bool IsSettled => Lag == 0 && Pending == 0;
}

/// <summary>Takes snapshots past the proxies. While the hub is being hurt it may not answer; then there is none.</summary>
public sealed class ChaosWatch(StoredData data, HubReader hub)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="withPending">Whether to look pending segments up; costs a request each.</param>
    /// <returns>Null where hub or storage does not answer now.</returns>
    public async Task<ChaosSnapshot?> TryTakeAsync(bool withPending, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await TakeAsync(withPending, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommandException or RequestFailedException or OperationCanceledException or Azure.Messaging.EventHubs.EventHubsException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<ChaosSnapshot> TakeAsync(bool withPending, CancellationToken cancellationToken)
    {
        // The hub first: what is committed in between only makes the lag smaller.
        var partitions = await hub.ReadAsync(cancellationToken).ConfigureAwait(false);
        var rows = await data.ReadProgressAsync(cancellationToken).ConfigureAwait(false);
        var durable = new long[partitions.Count];
        Array.Fill(durable, -1);
        foreach (var row in rows)
        {
            durable[row.Partition.Number] = row.Progress.Durable;
        }

        int? pending = null;
        if (withPending)
        {
            var visible = await Task.WhenAll(rows.SelectMany(r => r.Progress.Pending).Select(p => data.IsVisibleAsync(p, cancellationToken))).ConfigureAwait(false);
            pending = visible.Count(v => !v);
        }

        // The hub's numbers are older than the rows, so a commit may seem to be ahead of them.
        return new ChaosSnapshot(
            partitions.Sum(p => Math.Max(p.Last, durable[p.Partition]) + 1), durable.Sum(d => d + 1), rows.Sum(r => r.Progress.Totals.Written),
            rows.Sum(r => r.Progress.Totals.Quarantined), pending, durable);
    }
}
