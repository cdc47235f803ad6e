using System.Collections.Concurrent;
using Azure.Storage.Blobs;

namespace Ingest.Storage.Lake;

/// <summary>Containers of the account, created at first use, once a process.</summary>
internal sealed class BlobContainers(BlobServiceClient service)
{
    private readonly ConcurrentDictionary<string, Task> created = new(StringComparer.Ordinal);

    public BlobContainerClient this[string name] => service.GetBlobContainerClient(name);

    public async Task<BlobContainerClient> EnsureAsync(string name, CancellationToken cancellationToken)
    {
        var client = service.GetBlobContainerClient(name);

        // One caller's cancellation must not fail the others, hence the creation itself does not take the token.
        var creation = created.GetOrAdd(name, _ => client.CreateIfNotExistsAsync(cancellationToken: CancellationToken.None));
        try
        {
            await creation.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (creation.IsFaulted)
        {
            created.TryRemove(new KeyValuePair<string, Task>(name, creation));
            throw;
        }

        return client;
    }
}
