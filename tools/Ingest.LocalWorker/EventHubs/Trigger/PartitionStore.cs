using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ingest.LocalWorker.EventHubs.Amqp;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>
/// Ownership and checkpoints as metadata of empty blobs, named and written as the official library does, so that either can go on where
/// the other stopped. Throws <see cref="RequestFailedException"/> when the store is unavailable.
/// </summary>
internal sealed class PartitionStore
{
    public const string ContainerName = "azure-webjobs-eventhub";

    private const string OwnerKey = "ownerid";
    private const string OffsetKey = "offset";
    private const string SequenceNumberKey = "sequencenumber";

    private readonly BlobContainerClient container;
    private readonly string root;

    public PartitionStore(BlobContainerClient container, EventHubEndpoint endpoint, string consumerGroup)
    {
        this.container = container;
        root = $"{endpoint.FullyQualifiedNamespace}/{endpoint.HubName}/{consumerGroup}".ToLowerInvariant();
    }

    public Task EnsureExistsAsync(CancellationToken cancellationToken) => container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    public async Task<Dictionary<string, PartitionOwnership>> ListOwnershipAsync(CancellationToken cancellationToken)
    {
        var prefix = $"{root}/ownership/";
        var owners = new Dictionary<string, PartitionOwnership>(StringComparer.Ordinal);
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken))
        {
            if (blob.Metadata.TryGetValue(OwnerKey, out var owner) && blob.Properties is { LastModified: { } modified, ETag: { } version })
            {
                var partition = blob.Name[prefix.Length..];
                owners[partition] = new PartitionOwnership(partition, owner, modified, version);
            }
        }

        return owners;
    }

    /// <summary>Claims or renews; null when somebody else was faster.</summary>
    /// <param name="partitionId">The partition.</param>
    /// <param name="ownerId">Empty gives the partition up.</param>
    /// <param name="version">What the claim rests on; null: nobody ever owned the partition.</param>
    /// <param name="cancellationToken">Ends the wait, not necessarily the claim.</param>
    public async Task<PartitionOwnership?> ClaimAsync(
        string partitionId, string ownerId, ETag? version, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient($"{root}/ownership/{partitionId}");
        var metadata = new Dictionary<string, string> { [OwnerKey] = ownerId };
        try
        {
            if (version is { } known)
            {
                BlobInfo renewed = await blob.SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = known }, cancellationToken);
                return new PartitionOwnership(partitionId, ownerId, renewed.LastModified, renewed.ETag);
            }

            var options = new BlobUploadOptions { Metadata = metadata, Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            BlobContentInfo created = await blob.UploadAsync(BinaryData.Empty.ToStream(), options, cancellationToken);
            return new PartitionOwnership(partitionId, ownerId, created.LastModified, created.ETag);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Null: the partition was never checkpointed.</summary>
    public async Task<Checkpoint?> ReadCheckpointAsync(string partitionId, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await CheckpointBlob(partitionId).GetPropertiesAsync(cancellationToken: cancellationToken);
            properties.Metadata.TryGetValue(OffsetKey, out var offset);
            var number = properties.Metadata.TryGetValue(SequenceNumberKey, out var text)
                && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var parsed)
                    ? parsed
                    : (long?)null;
            return string.IsNullOrEmpty(offset) && number is null ? null : new Checkpoint(string.IsNullOrEmpty(offset) ? null : offset, number);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public async Task WriteCheckpointAsync(string partitionId, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var blob = CheckpointBlob(partitionId);
        var metadata = new Dictionary<string, string>
        {
            [OffsetKey] = checkpoint.Offset ?? "",
            [SequenceNumberKey] = checkpoint.SequenceNumber?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        try
        {
            await blob.SetMetadataAsync(metadata, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            await blob.UploadAsync(BinaryData.Empty.ToStream(), new BlobUploadOptions { Metadata = metadata }, cancellationToken);
        }
    }

    private BlobClient CheckpointBlob(string partitionId) => container.GetBlobClient($"{root}/checkpoint/{partitionId}");
}
