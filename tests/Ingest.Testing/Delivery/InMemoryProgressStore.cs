using System.Collections.Concurrent;
using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Testing.Delivery;

/// <summary>Progress rows with ETags, as Table Storage keeps them.</summary>
public sealed class InMemoryProgressStore(INetwork network) : IProgressStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<PartitionId, PartitionProgress> rows = [];
    private int etag;

    /// <summary>Every segment that any commit ever named.</summary>
    public ConcurrentDictionary<string, bool> Named { get; } = new();

    public ConcurrentDictionary<PartitionId, string> Holds { get; } = new();

    /// <summary>Most segments that one row ever named.</summary>
    public int LongestPending { get; private set; }

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

    /// <summary>Every row that was ever stored, in order.</summary>
    public List<PartitionProgress> History { get; } = [];

    /// <summary>Whether a segment waits for its publication; a commit that forgets such a one is a violation. Null: not checked.</summary>
    public Func<string, bool>? IsStaged { get; set; }

    /// <summary>More pending segments than this are a violation.</summary>
    public int MaxPending { get; set; } = DeliveryDecisions.MaxSegmentsPerCommit + 1;

    public List<string> Violations { get; } = [];

    /// <summary>Says when a row was written, as Table Storage's own clock does; null: it is not known.</summary>
    public TimeProvider? Clock { get; init; }

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

    /// <summary>A conditional write of somebody who needs no network.</summary>
    public PartitionProgress? Replace(PartitionId partition, PartitionProgress row) => Store(partition, row, row.ETag);

    public Task<PartitionProgress?> ReadAsync(PartitionId partition, CancellationToken cancellationToken) =>
        network.CallAsync("read", () => this[partition]);

    public Task<PartitionProgress?> TryInsertAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken) =>
        network.CallAsync("insert", () => Store(partition, progress, expected: null));

    public Task<PartitionProgress?> TryReplaceAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken) =>
        network.CallAsync("commit", () => Store(partition, progress, progress.ETag ?? throw new ArgumentException("A row without ETag was never stored.")));

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
            // As in Table Storage, "*" matches whatever is there.
            if (rows.GetValueOrDefault(partition)?.ETag != expected && !(expected == "*" && rows.ContainsKey(partition)))
            {
                return null;
            }

            if (IsStaged is not null && rows.GetValueOrDefault(partition) is { } old)
            {
                Violations.AddRange(old.Pending.Where(p => !progress.Pending.Contains(p) && IsStaged(p)).Select(p => $"a commit forgot the unpublished {p}"));
            }

            if (progress.Pending.Length > MaxPending)
            {
                Violations.Add($"a row names {progress.Pending.Length} pending segments");
            }

            foreach (var path in progress.Pending)
            {
                Named[path] = true;
            }

            LongestPending = Math.Max(LongestPending, progress.Pending.Length);
            History.Add(progress);
            return rows[partition] = progress with { ETag = NextETag(), WrittenAt = Clock?.GetUtcNow() };
        }
    }

    private string NextETag() => (++etag).ToString(CultureInfo.InvariantCulture);
}
