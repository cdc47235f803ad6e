using System.ComponentModel.DataAnnotations;

namespace Ingest.Pipeline.Progress;

/// <summary>Settings <c>Ingest__Delivery__…</c> of the delivery protocol.</summary>
public sealed class DeliveryOptions
{
    /// <summary>Where a partition without a progress row begins; default beginning. Setting <c>Ingest__Start</c>, not one of this class.</summary>
    public StartPosition Start { get; private set; } = StartPosition.Beginning;

    /// <summary>How long the hub's creation time may be taken for granted; default 1 minute, 1 s–10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HubCheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Events of one read when a gap is closed; default 2,000, 1–10,000.</summary>
    [Range(1, 10_000)]
    public int RepairBatchSize { get; set; } = 2_000;

    /// <summary>Bytes of the events of one read when a gap is closed; default 16 MiB, 1 MiB–256 MiB. One event is always read.</summary>
    [Range(1L << 20, 256L << 20)]
    public long RepairBatchBytes { get; set; } = 16L << 20;

    /// <summary>Events of one read of a range that an operator skipped; default 100, 1–10,000: what made them hard to swallow may be in any of them.</summary>
    [Range(1, 10_000)]
    public int SkippedBatchSize { get; set; } = 100;

    /// <summary>Empty reads of a gap before the partition is held; default 3, 1–100. An empty read proves nothing.</summary>
    [Range(1, 100)]
    public int RepairReads { get; set; } = 3;

    /// <summary>Contradictory reads of row and hub before the partition is held; default 10, 1–100.</summary>
    [Range(1, 100)]
    public int ReadsAgain { get; set; } = 10;

    /// <summary>How long <c>Durable</c> must stand still behind the hub before the sweeper fetches the tail; default 5 minutes, 1 min–1 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan TailRepairAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long something committed may stay invisible before the sweeper raises an alarm; default 1 hour, 5 min–1 day.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan PendingAlarmAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time between two looks at a partition that only an operator can help; default 1 minute, 0–10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan HoldPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Sets <see cref="Start"/>, which has a setting of its own and is not bound with the others.</summary>
    public void BeginAt(StartPosition start) => Start = start;
}
