using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Ingest.LocalWorker.EventHubs.Trigger;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.LocalWorker.Timers;

/// <summary>Remembers a timer's occurrences in the host's storage, where the official host does, so that a missed one is noticed.</summary>
internal sealed class TimerMonitor(HostStorage storage, string application, string entryPoint)
{
    private const string ContainerName = "azure-webjobs-hosts";

    /// <summary>Null: the timer never ran.</summary>
    /// <exception cref="RequestFailedException">The store is unavailable.</exception>
    public async Task<ScheduleStatus?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var content = await Blob().DownloadContentAsync(cancellationToken);
            return content.Value.Content.ToObjectFromJson<ScheduleStatus>();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (JsonException)
        {
            // Somebody else's notes cannot tell what was missed.
            return null;
        }
    }

    /// <exception cref="RequestFailedException">The store is unavailable.</exception>
    public async Task WriteAsync(ScheduleStatus status, CancellationToken cancellationToken)
    {
        var content = BinaryData.FromObjectAsJson(status);
        try
        {
            await Blob().UploadAsync(content, overwrite: true, cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == "ContainerNotFound")
        {
            await storage.Container(ContainerName).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await Blob().UploadAsync(content, overwrite: true, cancellationToken);
        }
    }

    private BlobClient Blob() =>
        storage.Container(ContainerName).GetBlobClient($"timers/{application.ToLowerInvariant()}/{entryPoint}/status");
}
