using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Ingest.Storage.Tables;
using Ingest.Storage.Throttling;
using Microsoft.Extensions.Logging;

namespace Ingest.Storage;

/// <summary>The service clients of the data account; one instance a process.</summary>
public sealed class StorageClients : IDisposable
{
    private readonly StorageTransport transport;
    private readonly AccountThrottle blobThrottle;
    private readonly AccountThrottle tableThrottle;

    /// <param name="time">Clock of the throttling; null: the system's.</param>
    /// <param name="logger">Told when a service goes away and when it is back; null: nobody is.</param>
    public StorageClients(DataOptions data, StorageOptions options, TimeProvider? time = null, ILogger<StorageClients>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        transport = new StorageTransport(options);

        var (blobAccount, tableAccount) = (AccountName.Of(data, data.BlobServiceUri), AccountName.Of(data, data.TableServiceUri));
        blobThrottle = ThrottleOf(blobAccount);
        tableThrottle = tableAccount == blobAccount ? blobThrottle : ThrottleOf(tableAccount);

        // The SDK's own default is a service version that Azurite does not know.
        var blobOptions = transport.Configure(
            new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06), blobThrottle, StorageService.Blob);
        var tableOptions = transport.Configure(new TableClientOptions(), tableThrottle, StorageService.Table);
        if (data.ConnectionString is { Length: > 0 } connectionString)
        {
            Blobs = new BlobServiceClient(connectionString, blobOptions);
            Tables = new TableServiceClient(connectionString, tableOptions);
            TableService = ServiceOf(TableAccess.Of(Tables.Uri, connectionString, TimeProvider.System));
        }
        else
        {
            var credential = CredentialOf(data);
            Blobs = new BlobServiceClient(data.BlobServiceUri, credential, blobOptions);
            Tables = new TableServiceClient(data.TableServiceUri, credential, tableOptions);
            TableService = ServiceOf(TableAccess.Of(Tables.Uri, credential));
        }

        TableService ServiceOf(TableAccess access) =>
            new(access, transport.Configure(new TableServiceOptions(), tableThrottle, StorageService.Table));

        AccountThrottle ThrottleOf(string account) => new(account, options, time ?? TimeProvider.System, new Jitter().Next, logger);
    }

    public BlobServiceClient Blobs { get; }

    public TableServiceClient Tables { get; }

    /// <summary>The tables once more, for what is sent thousands of times a second.</summary>
    internal TableService TableService { get; }

    public void Dispose()
    {
        transport.Dispose();
        blobThrottle.Dispose();
        tableThrottle.Dispose();
    }

    private static TokenCredential CredentialOf(DataOptions data) => (data.Credential, data.ClientId) switch
    {
        (null or "", _) => new DefaultAzureCredential(),
        (_, { Length: > 0 } clientId) => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
        _ => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
    };
}
