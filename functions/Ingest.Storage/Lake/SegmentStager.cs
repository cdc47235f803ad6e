using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Ingest.Pipeline.Events;

namespace Ingest.Storage.Lake;

/// <summary>Builds a segment in memory and sends it as one uncommitted block, which no reader can see.</summary>
internal sealed class SegmentStager(BlobContainers containers, StorageOptions options, SegmentMeter meter) : IDisposable
{
    /// <summary>The fixed id of a segment's only block.</summary>
    public static readonly string BlockId = Convert.ToBase64String("segment"u8);

    /// <summary>
    /// A request that timed out may still be reading the buffer while its retry rewinds it, or while the pool hands the buffer
    /// on, and may arrive late: with its checksum the service refuses it instead of replacing the block by garbage. MD5,
    /// because Azurite knows no other.
    /// </summary>
    private static readonly BlockBlobStageBlockOptions Checked = new()
    {
        TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
    };

    private readonly SemaphoreSlim slots = new(options.MaxSegmentsInFlight);

    /// <param name="write">Writes the file; runs on a thread of the pool.</param>
    public async Task StageAsync(SegmentName name, Action<Stream> write, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var buffer = new SegmentBuffer(options.MaxSegmentBytes);

            // The caller starts all segments of a commit at once; building them on its thread would do one after the other.
            await Task.Run(() => write(buffer), cancellationToken).ConfigureAwait(false);
            buffer.Position = 0;
            var container = await containers.EnsureAsync(name.Container, cancellationToken).ConfigureAwait(false);
            await container.GetBlockBlobClient(name.BlobName).StageBlockAsync(BlockId, buffer, Checked, cancellationToken).ConfigureAwait(false);
            meter.Staged(name, buffer.Length);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();
}
