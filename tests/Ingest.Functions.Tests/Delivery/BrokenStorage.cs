using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Ingest.Cli.Chaos.Storage;
using Ingest.Cli.Processes;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>Azurite behind proxies that break, and the way past them.</summary>
internal sealed class BrokenStorage : IAsyncDisposable
{
    private readonly FaultProxy blobs;
    private readonly FaultProxy tables;
    private readonly string direct;

    private BrokenStorage(FaultProxy blobs, FaultProxy tables, StorageFaults blobFaults, StorageFaults tableFaults, string direct)
    {
        (this.blobs, this.tables, BlobFaults, TableFaults, this.direct) = (blobs, tables, blobFaults, tableFaults, direct);
        ConnectionString = AzuriteServer.ConnectionString(blobs.Address, blobs.Address, tables.Address);
    }

    public string ConnectionString { get; }

    public StorageFaults BlobFaults { get; }

    public StorageFaults TableFaults { get; }

    /// <summary>Connections that an outage has refused.</summary>
    public long Refused => blobs.Refused + tables.Refused;

    public static async Task<BrokenStorage> StartAsync(Azurite azurite)
    {
        var (blobFaults, tableFaults) = (new StorageFaults(), new StorageFaults());
        return new BrokenStorage(
            await FaultProxy.StartAsync(azurite.BlobEndpoint, blobFaults, TimeProvider.System, default),
            await FaultProxy.StartAsync(azurite.TableEndpoint, tableFaults, TimeProvider.System, default),
            blobFaults, tableFaults, azurite.ConnectionString);
    }

    /// <summary>Breaks every request until what is returned is disposed.</summary>
    public IDisposable Break(RequestFate fate)
    {
        var both = new Both(BlobFaults.Begin(fate, 1), TableFaults.Begin(fate, 1));
        blobs.DropConnections();
        tables.DropConnections();
        return both;
    }

    /// <summary><c>Durable</c> of each partition that has a row.</summary>
    public async Task<long[]> DurableAsync(LiveApp app)
    {
        return [.. (await RowsAsync(app)).OrderBy(row => row.RowKey, StringComparer.Ordinal).Select(row => row.GetInt64("Durable")!.Value)];
    }

    /// <summary>The pending segments of all rows that are not visible.</summary>
    public async Task<string[]> InvisibleAsync(LiveApp app)
    {
        var pending = (await RowsAsync(app))
            .SelectMany(row => row.Where(p => p.Key.StartsWith("Pending", StringComparison.Ordinal)).SelectMany(p => ((string)p.Value).Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        var service = new BlobServiceClient(direct);
        var invisible = new List<string>();
        foreach (var path in pending)
        {
            var (container, blob) = (path[..path.IndexOf('/')], path[(path.IndexOf('/') + 1)..]);
            if (!await service.GetBlobContainerClient(container).GetBlobClient(blob).ExistsAsync())
            {
                invisible.Add(path);
            }
        }

        return [.. invisible];
    }

    /// <summary>Names of the blobs of a container; none where it does not exist.</summary>
    public async Task<string[]> BlobsAsync(string container)
    {
        var client = new BlobContainerClient(direct, container);
        return await client.ExistsAsync() ? [.. (await client.GetBlobsAsync().ToListAsync()).Select(b => b.Name)] : [];
    }

    /// <summary>The sequence numbers of the host's checkpoints of an app's hub.</summary>
    public async Task<string[]> CheckpointsAsync(LiveApp app)
    {
        var client = new BlobContainerClient(direct, "azure-webjobs-eventhub");
        var blobs = await client.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Traits = Azure.Storage.Blobs.Models.BlobTraits.Metadata }).ToListAsync();
        return [.. blobs.Where(b => b.Name.Contains($"/{app.Settings["ConsumerGroup"]}/checkpoint/", StringComparison.Ordinal)).Select(b => $"{b.Name} {b.Metadata["sequencenumber"]}")];
    }

    public async ValueTask DisposeAsync()
    {
        await blobs.DisposeAsync();
        await tables.DisposeAsync();
    }

    private async Task<List<TableEntity>> RowsAsync(LiveApp app)
    {
        try
        {
            return await new TableClient(direct, app.Settings["Ingest__Storage__ProgressTable"]).QueryAsync<TableEntity>().ToListAsync();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // The app creates its table when it first needs it.
            return [];
        }
    }

    private sealed class Both(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
