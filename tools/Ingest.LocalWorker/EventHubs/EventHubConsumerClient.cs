using Azure.Core;
using Ingest.LocalWorker.EventHubs.Amqp;

namespace Azure.Messaging.EventHubs.Consumer;

/// <summary>Settings of <see cref="EventHubConsumerClient"/>.</summary>
public class EventHubConsumerClientOptions
{
    /// <summary>The name that the hub's diagnostics show; null means a random one.</summary>
    public string? Identifier { get; set; }
}

/// <summary>Asks a hub about itself and its partitions. Safe for parallel use; the connection opens on first use.</summary>
public class EventHubConsumerClient : IAsyncDisposable
{
    private readonly ManagementClient management;

    /// <summary>Connects with a connection string; its <c>EntityPath</c>, if any, must equal <paramref name="eventHubName"/>.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be understood.</exception>
    public EventHubConsumerClient(string consumerGroup, string connectionString, string eventHubName)
        : this(EventHubEndpoint.FromConnectionString(connectionString, eventHubName), consumerGroup)
    {
    }

    /// <summary>Connects with an identity over TLS.</summary>
    public EventHubConsumerClient(
        string consumerGroup,
        string fullyQualifiedNamespace,
        string eventHubName,
        TokenCredential credential,
        EventHubConsumerClientOptions? clientOptions = null)
        : this(EventHubEndpoint.FromCredential(fullyQualifiedNamespace, eventHubName, credential), consumerGroup)
    {
    }

    private EventHubConsumerClient(EventHubEndpoint endpoint, string consumerGroup)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumerGroup);
        management = new ManagementClient(endpoint, TimeProvider.System);
    }

    /// <summary>The hub: creation time and partitions.</summary>
    /// <exception cref="EventHubsException">The hub does not exist or cannot be reached.</exception>
    public virtual Task<EventHubProperties> GetEventHubPropertiesAsync(CancellationToken cancellationToken = default) =>
        management.GetHubAsync(cancellationToken);

    /// <summary>The partitions' identifiers.</summary>
    /// <exception cref="EventHubsException">The hub does not exist or cannot be reached.</exception>
    public virtual async Task<string[]> GetPartitionIdsAsync(CancellationToken cancellationToken = default) =>
        (await management.GetHubAsync(cancellationToken)).PartitionIds;

    /// <summary>One partition's log: first and last sequence number.</summary>
    /// <exception cref="EventHubsException">The hub or the partition does not exist or cannot be reached.</exception>
    public virtual Task<PartitionProperties> GetPartitionPropertiesAsync(
        string partitionId, CancellationToken cancellationToken = default) =>
        management.GetPartitionAsync(partitionId, cancellationToken);

    /// <summary>Closes the connection.</summary>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default) => management.CloseAsync();

    /// <summary>Closes the connection.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync(CancellationToken.None);
        GC.SuppressFinalize(this);
    }
}
