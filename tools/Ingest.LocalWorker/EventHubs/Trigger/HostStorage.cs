using Azure.Storage.Blobs;
using Ingest.LocalWorker.Settings;
using Microsoft.Extensions.Configuration;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>The host's own blobs, behind <c>AzureWebJobsStorage</c>: ownership, checkpoints, timer states.</summary>
internal sealed class HostStorage(IConfiguration configuration)
{
    private const string Setting = "AzureWebJobsStorage";

    /// <summary>Whether a connection string is set; timers run without, only without memory.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(configuration[Setting]);

    /// <exception cref="FunctionSetupException">The setting is missing or not a connection string.</exception>
    public BlobContainerClient Container(string name)
    {
        if (!IsConfigured)
        {
            throw new FunctionSetupException($"the setting '{Setting}' is missing: Event Hubs triggers keep ownership and checkpoints there");
        }

        try
        {
            // The newest version that Azurite, as pinned in tools/node, understands.
            var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06);
            options.Retry.MaxRetries = 2;
            return new BlobServiceClient(configuration[Setting], options).GetBlobContainerClient(name);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new FunctionSetupException($"the setting '{Setting}' is not a storage connection string: {e.Message}");
        }
    }
}
