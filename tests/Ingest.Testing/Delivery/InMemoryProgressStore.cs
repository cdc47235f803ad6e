using System.Collections.Concurrent;
using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Testing.Delivery;

/// <summary>Progress rows with ETags, as Table Storage keeps them.</summary>
public sealed class InMemoryProgressStore(FaultPlan faults) : IProgressStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<PartitionId, PartitionProgress> rows = [];
    private int etag;

    /// <summary>Every segment that any commit ever named.</summary>
    public ConcurrentDictionary<string, bool> Named { get; } = new();

    public ConcurrentDictionary<PartitionId, string> Holds { get; } = new();

    public PartitionProgress? this[PartitionId partition]
    {
        get
        {
            lock (gate)
            {
                return rows.GetValueOrDefault(partition);
            }
        }
    }

    /// <summary>As a storage failover or a careless operator would.</summary>
    public void Overwrite(PartitionId partition, PartitionProgress? row)
    {
        lock (gate)
        {
            if (row is null)
            {
                rows.Remove(partition);
            }
            else
            {
                rows[partition] = row with { ETag = NextETag() };
            }
        }
    }

    public Task<PartitionProgress?> ReadAsync(PartitionId partition, CancellationToken cancellationToken) =>
        faults.AroundAsync("read", () => this[partition]);

    public Task<PartitionProgress?> TryInsertAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken) =>
        faults.AroundAsync("insert", () => Store(partition, progress, expected: null));

    public Task<PartitionProgress?> TryReplaceAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken) =>
        faults.AroundAsync("commit", () => Store(partition, progress, progress.ETag ?? throw new ArgumentException("A row without ETag was never stored.")));

    public Task SetHoldAsync(PartitionId partition, string? reason, CancellationToken cancellationToken)
    {
        if (reason is null)
        {
            Holds.TryRemove(partition, out _);
        }
        else
        {
            Holds[partition] = reason;
        }

        return Task.CompletedTask;
    }

    private PartitionProgress? Store(PartitionId partition, PartitionProgress progress, string? expected)
    {
        lock (gate)
        {
            if (rows.GetValueOrDefault(partition)?.ETag != expected)
            {
                return null;
            }

            foreach (var path in progress.Pending)
            {
                Named[path] = true;
            }

            return rows[partition] = progress with { ETag = NextETag() };
        }
    }

    private string NextETag() => (++etag).ToString(CultureInfo.InvariantCulture);
}
