using Ingest.Cli.Audit;

namespace Ingest.Cli.Demo;

/// <summary>Where the demo stands at one moment.</summary>
/// <param name="Sent">Events that the hub accepted, by the sender's count.</param>
/// <param name="Received">Events committed.</param>
/// <param name="Lags">Events in the hub and not committed, by partition.</param>
/// <param name="Pending">Segments committed and not visible.</param>
public sealed record DemoSnapshot(
    TimeSpan Elapsed, long Sent, long Received, long Written, long Quarantined, IReadOnlyList<long> Lags, int Pending, long PeakMemory)
{
    public bool IsDurable => Lags.All(l => l == 0);
}

/// <summary>Takes snapshots from where everybody could take them: progress rows and the hub's own numbers.</summary>
public sealed class DemoWatch(StoredData data, HubReader hub, Func<long> sent, Func<long> peakMemory)
{
    /// <param name="withPending">Whether to look each pending segment up: costs a request a segment, so only towards the end.</param>
    public async Task<DemoSnapshot> TakeAsync(TimeSpan elapsed, bool withPending, CancellationToken cancellationToken)
    {
        // The hub first: what is committed in between only makes the lag smaller.
        var partitions = await hub.ReadAsync(cancellationToken).ConfigureAwait(false);
        var rows = (await data.ReadProgressAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.Partition.Number);
        long received = 0;
        var lags = new long[partitions.Count];
        foreach (var partition in partitions)
        {
            var durable = rows.TryGetValue(partition.Partition, out var row) ? row.Progress.Durable : partition.Beginning - 1;
            received += durable - partition.Beginning + 1;
            lags[partition.Partition] = Math.Max(0, partition.Last - durable);
        }

        var pending = 0;
        if (withPending)
        {
            var visible = await Task.WhenAll(rows.Values.SelectMany(r => r.Progress.Pending).Select(p => data.IsVisibleAsync(p, cancellationToken))).ConfigureAwait(false);
            pending = visible.Count(v => !v);
        }

        return new DemoSnapshot(
            elapsed, sent(), received, rows.Values.Sum(r => r.Progress.Totals.Written), rows.Values.Sum(r => r.Progress.Totals.Quarantined),
            lags, pending, peakMemory());
    }
}
