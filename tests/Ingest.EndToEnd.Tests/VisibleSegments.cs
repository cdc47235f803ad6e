using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ingest.Testing;

namespace Ingest.EndToEnd.Tests;

/// <summary>What readers of lake and quarantine see.</summary>
internal static class VisibleSegments
{
    /// <summary>Each segment with its stream, or <c>quarantine</c>.</summary>
    public static async Task<List<(string Stream, byte[] Parquet)>> ReadAsync(AzuriteFixture azurite)
    {
        var service = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));
        var segments = new List<(string, byte[])>();
        foreach (var name in (string[])["lake", "quarantine"])
        {
            var container = service.GetBlobContainerClient(name);
            if (!await container.ExistsAsync())
            {
                continue;
            }

            await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions()))
            {
                var content = await container.GetBlobClient(blob.Name).DownloadContentAsync();
                segments.Add((name == "lake" ? blob.Name.Split('/')[0] : name, content.Value.Content.ToArray()));
            }
        }

        return segments;
    }
}
