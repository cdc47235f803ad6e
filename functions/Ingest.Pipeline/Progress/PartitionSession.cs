using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>What this instance remembers of one partition between two batches. Guarded by <see cref="Gate"/>.</summary>
internal sealed class PartitionSession(PartitionId partition)
{
    private (long Durable, int Epoch, long Since) seen = (long.MinValue, 0, 0);
    private RowMemory memory;
    private HubState? hub;
    private long hubAskedAt;

    public PartitionId Partition { get; } = partition;

    /// <summary>One writer of this instance at a time: the trigger or the sweeper.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public RowMemory Memory
    {
        get => memory;
        set
        {
            memory = value;
            Confirmed = value.Row?.ETag ?? Confirmed;
        }
    }

    /// <summary>ETag of the last row that was remembered; outlives a failure, after which the row itself is forgotten.</summary>
    public string? Confirmed { get; private set; }

    /// <summary>The reason last written to the row, so that a held partition says it once.</summary>
    public string? Hold { get; set; }

    /// <summary>What the partition was last said to wait for without an operator's doing; null: it does not wait.</summary>
    public string? Waiting;

    /// <summary>How long the row has stood where it stands, as far as this instance's sweeps tell.</summary>
    public TimeSpan StandsStill(PartitionProgress row, TimeProvider time)
    {
        if (seen.Durable != row.Durable || seen.Epoch != row.Epoch)
        {
            seen = (row.Durable, row.Epoch, time.GetTimestamp());
        }

        return time.GetElapsedTime(seen.Since);
    }

    /// <summary>The hub as it was when it was asked last; null where that is longer ago than <paramref name="interval"/>.</summary>
    public HubState? KnownHub(TimeSpan interval, TimeProvider time) => time.GetElapsedTime(hubAskedAt) < interval ? hub : null;

    public void RememberHub(HubState state, long askedAt) => (hub, hubAskedAt) = (state, askedAt);

    public void Forget() => (Memory, hub) = (RowMemory.Nothing, null);
}
