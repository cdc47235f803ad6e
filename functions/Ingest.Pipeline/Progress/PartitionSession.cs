using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>What this instance remembers of one partition between two batches. Guarded by <see cref="Gate"/>.</summary>
internal sealed class PartitionSession(PartitionId partition)
{
    public PartitionId Partition { get; } = partition;

    /// <summary>One writer of this instance at a time: the trigger or the sweeper.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The row as last read or written; null: read it afresh.</summary>
    public PartitionProgress? Row { get; private set; }

    /// <summary>This instance saw every publication of <see cref="Row"/>'s pending segments succeed.</summary>
    public bool Published { get; private set; }

    public long HubCheckedAt { get; private set; }

    /// <summary>The reason last written to the row, so that a held partition says it once.</summary>
    public string? Hold { get; set; }

    /// <summary>The durable position that the sweeper saw last, and when it saw it first.</summary>
    public (long Durable, int Epoch, long Since) Seen { get; private set; } = (long.MinValue, 0, 0);

    /// <summary>How long the row has stood where it stands, as far as this instance's sweeps tell.</summary>
    public TimeSpan StandsStill(PartitionProgress row, TimeProvider time)
    {
        if (Seen.Durable != row.Durable || Seen.Epoch != row.Epoch)
        {
            Seen = (row.Durable, row.Epoch, time.GetTimestamp());
        }

        return time.GetElapsedTime(Seen.Since);
    }

    public void Remember(PartitionProgress row, bool published)
    {
        Row = row;
        Published = published;
    }

    /// <summary>Remembers what a conditional write stored, with nothing left to publish; forgets everything where somebody else was first (null).</summary>
    public void RememberOrForget(PartitionProgress? stored)
    {
        if (stored is null)
        {
            Forget();
        }
        else
        {
            Remember(stored, published: true);
        }
    }

    public void HubChecked(long timestamp) => HubCheckedAt = timestamp;

    public void PublishedAll() => Published = true;

    public void Forget()
    {
        Row = null;
        Published = false;
    }
}
