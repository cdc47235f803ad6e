using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Progress;

/// <summary>
/// Keeps the progress rows. Throws when the store is unavailable or an answer is unclear (a lost response); the caller then
/// reads again. Throws <see cref="UnknownProgressFormatException"/> where a newer version wrote the row.
/// </summary>
public interface IProgressStore
{
    Task<PartitionProgress?> ReadAsync(PartitionId partition, CancellationToken cancellationToken);

    /// <summary>Inserts the first row. Null: somebody else did (409 EntityAlreadyExists).</summary>
    Task<PartitionProgress?> TryInsertAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken);

    /// <summary>Replaces the row where its ETag is still that of <paramref name="progress"/>. Null: it is not (412).</summary>
    Task<PartitionProgress?> TryReplaceAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken);

    /// <summary>Notes on the row what the partition waits for, or null when it goes on. Best effort; never changes anything else.</summary>
    Task SetHoldAsync(PartitionId partition, string? reason, CancellationToken cancellationToken);
}

/// <summary>The row was written by a version this one does not understand: the partition is held until a newer version runs.</summary>
public sealed class UnknownProgressFormatException(PartitionId partition, int format) : PartitionHeldException(
    $"The progress row of {partition} has format {format}; this version reads {PartitionProgress.CurrentFormat}. Deploy the version that wrote it, or a newer one.",
    needsOperator: true);
