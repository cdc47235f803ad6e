using System.Collections.Concurrent;
using Azure.Data.Tables;

namespace Ingest.Storage.Tables;

/// <summary>Tables of the account, created at first use, once a process; again where somebody has deleted one.</summary>
internal sealed class TableClients(TableServiceClient service)
{
    private readonly ConcurrentDictionary<string, Task> created = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the table once more: a request has found it missing.</summary>
    public async Task RecreateAsync(string name, CancellationToken cancellationToken)
    {
        created.TryRemove(name, out _);
        await EnsureAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async Task<TableClient> EnsureAsync(string name, CancellationToken cancellationToken)
    {
        var client = service.GetTableClient(name);

        // One caller's cancellation must not fail the others, hence the creation itself does not take the token.
        var creation = created.GetOrAdd(name, _ => client.CreateIfNotExistsAsync(CancellationToken.None));
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
