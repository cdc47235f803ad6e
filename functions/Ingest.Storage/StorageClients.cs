using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Ingest.Storage.Throttling;

namespace Ingest.Storage;

/// <summary>The two service clients of the data account; one instance a process.</summary>
public sealed class StorageClients : IDisposable
{
    private readonly StorageTransport transport;

    public StorageClients(DataOptions data, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        transport = new StorageTransport(options);

        // The SDK's own default is a service version that Azurite does not know.
        var blobOptions = transport.Configure(new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));
        var tableOptions = transport.Configure(new TableClientOptions());
        if (data.ConnectionString is { Length: > 0 } connectionString)
        {
            Blobs = new BlobServiceClient(connectionString, blobOptions);
            Tables = new TableServiceClient(connectionString, tableOptions);
        }
        else
        {
            var credential = CredentialOf(data);
            Blobs = new BlobServiceClient(data.BlobServiceUri, credential, blobOptions);
            Tables = new TableServiceClient(data.TableServiceUri, credential, tableOptions);
        }
    }

    public BlobServiceClient Blobs { get; }

    public TableServiceClient Tables { get; }

    public void Dispose() => transport.Dispose();

    private static TokenCredential CredentialOf(DataOptions data) => (data.Credential, data.ClientId) switch
    {
        (null or "", _) => new DefaultAzureCredential(),
        (_, { Length: > 0 } clientId) => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
        _ => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
    };
}
