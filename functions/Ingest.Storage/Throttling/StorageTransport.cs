using Azure.Core;
using Azure.Core.Pipeline;

namespace Ingest.Storage.Throttling;

/// <summary>How requests reach the service: connections, time-outs, retries and turns, the same for blobs and tables.</summary>
internal sealed class StorageTransport : IDisposable
{
    private readonly HttpClient client;
    private readonly StorageOptions options;

    public StorageTransport(StorageOptions options)
    {
        this.options = options;
        client = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = options.MaxConnections,
            // Follows a storage account that fails over to another address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            // The pipeline's own network time-out rules.
            Timeout = Timeout.InfiniteTimeSpan,
        };

        // Waiting for 100-continue would cost one round trip a request.
        client.DefaultRequestHeaders.ExpectContinue = false;
        Transport = new HttpClientTransport(client);
    }

    private HttpClientTransport Transport { get; }

    public T Configure<T>(T clientOptions, AccountThrottle throttle, StorageService service)
        where T : ClientOptions
    {
        clientOptions.Transport = Transport;
        clientOptions.Retry.NetworkTimeout = options.NetworkTimeout;
        clientOptions.RetryPolicy = new BudgetedRetryPolicy(throttle, options);
        clientOptions.AddPolicy(new ThrottlingPolicy(throttle, service), HttpPipelinePosition.PerRetry);
        return clientOptions;
    }

    public void Dispose()
    {
        Transport.Dispose();
        client.Dispose();
    }
}
