using Azure.Storage.Blobs;
using Ingest.Cli.Audit;

namespace Ingest.Cli.Demo;

/// <summary>A copy of lake and quarantine on disk, as folders that any Parquet reader opens.</summary>
public static class LakeCopy
{
    private const int AtOnce = 8;

    /// <summary>Downloads every visible segment to <paramref name="folder"/>, one subfolder a container. Returns how many.</summary>
    public static async Task<int> DownloadAsync(StoredData data, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        var segments = await data.ListSegmentsAsync(cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            segments, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (visible, token) =>
            {
                var segment = visible.Name;
                var path = Path.Combine([folder, segment.Container, .. segment.BlobName.Split('/')]);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await data.Clients.Blobs.GetBlobContainerClient(segment.Container).GetBlobClient(segment.BlobName).DownloadToAsync(path, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
        return segments.Count;
    }
}
