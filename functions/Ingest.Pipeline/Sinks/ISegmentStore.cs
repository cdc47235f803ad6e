using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Sinks;

/// <summary>The lake and its protocol operations. Calls for different segments may run in parallel. Throws when the store is unavailable.</summary>
public interface ILake
{
    /// <summary>Writes the rows as one Parquet segment that no reader can see until it is published.</summary>
    /// <param name="rows">Row numbers, ascending, none excluded.</param>
    Task StageAsync(SegmentName name, RecordBatch batch, ReadOnlyMemory<int> rows, SegmentContext context, CancellationToken cancellationToken);
}

/// <summary>What became of one publication.</summary>
public enum PublishOutcome
{
    Published,

    /// <summary>Somebody else had published it.</summary>
    AlreadyPublished,

    /// <summary>The staged block is gone: the store removes uncommitted blocks after a week.</summary>
    Expired,
}

/// <summary>Publication and listing, the same for lake and quarantine.</summary>
public interface ISegmentStore
{
    /// <summary>Container of the lake's segments.</summary>
    string LakeContainer { get; }

    /// <summary>Container of the quarantine's segments.</summary>
    string QuarantineContainer { get; }

    /// <summary>Makes a staged segment visible, exactly once (<c>If-None-Match: *</c>). Every unclear answer is an exception.</summary>
    /// <param name="path">Full path, as in <see cref="SegmentName.ToString"/>.</param>
    Task<PublishOutcome> PublishAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// The greatest (epoch, last sequence number) among the visible segments of this partition, in lake and quarantine, whose
    /// hour is <paramref name="fromHour"/> or later; null where there is none. Hours that begin more than an hour from now, or from
    /// <paramref name="fromHour"/> if that is later, need not be looked at.
    /// </summary>
    /// <param name="fromHour">Hours since the Unix epoch; null lists everything.</param>
    Task<(int Epoch, long Last)?> FindLastVisibleAsync(PartitionId partition, long? fromHour, CancellationToken cancellationToken);

    /// <summary>
    /// What the visible segments of this partition and epoch, in lake and quarantine, hold of <paramref name="range"/>; those
    /// whose hour lies before <paramref name="fromHour"/> are left out. Reads origin columns only.
    /// </summary>
    Task<HeldRecords> FindRecordsAsync(PartitionId partition, int epoch, EventRange range, long? fromHour, CancellationToken cancellationToken);
}
