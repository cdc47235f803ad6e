using Azure;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>Who reads a partition.</summary>
/// <param name="OwnerId">Empty: given up.</param>
/// <param name="LastModified">When the owner last renewed, by the store's clock.</param>
/// <param name="Version">For the conditional claim.</param>
internal sealed record PartitionOwnership(string PartitionId, string OwnerId, DateTimeOffset LastModified, ETag Version);

/// <summary>How far a partition was read.</summary>
internal sealed record Checkpoint(string? Offset, long? SequenceNumber);
