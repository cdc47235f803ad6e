using Azure.Core;
using Azure.Messaging.EventHubs.Consumer;
using Ingest.LocalWorker.EventHubs.Amqp;

namespace Azure.Messaging.EventHubs.Primitives;

/// <summary>Settings of <see cref="PartitionReceiver"/>.</summary>
public class PartitionReceiverOptions
{
    /// <summary>The name that the hub's diagnostics show; null means a random one.</summary>
    public string? Identifier { get; set; }

    /// <summary>Null reads beside others; a number reads exclusively and takes over from lower or equal ones.</summary>
    public long? OwnerLevel { get; set; }

    /// <summary>How many events may be read ahead; default 300.</summary>
    public int PrefetchCount { get; set; } = 300;

    /// <summary>How many bytes may be read ahead; null means 16 MiB.</summary>
    public long? PrefetchSizeInBytes { get; set; }
}

/// <summary>Reads one partition from a position on. One <see cref="ReceiveBatchAsync"/> at a time.</summary>
public class PartitionReceiver : IAsyncDisposable
{
    private readonly ManagementClient management;
    private readonly ResumingReader reader;

    /// <summary>Reads with a connection string; its <c>EntityPath</c>, if any, must equal <paramref name="eventHubName"/>.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be understood.</exception>
    public PartitionReceiver(
        string consumerGroup,
        string partitionId,
        EventPosition eventPosition,
        string connectionString,
        string eventHubName,
        PartitionReceiverOptions? options = null)
        : this(EventHubEndpoint.FromConnectionString(connectionString, eventHubName), consumerGroup, partitionId, eventPosition, options)
    {
    }

    /// <summary>Reads with an identity over TLS.</summary>
    public PartitionReceiver(
        string consumerGroup,
        string partitionId,
        EventPosition eventPosition,
        string fullyQualifiedNamespace,
        string eventHubName,
        TokenCredential credential,
        PartitionReceiverOptions? options = null)
        : this(
            EventHubEndpoint.FromCredential(fullyQualifiedNamespace, eventHubName, credential),
            consumerGroup,
            partitionId,
            eventPosition,
            options)
    {
    }

    private PartitionReceiver(
        EventHubEndpoint endpoint, string consumerGroup, string partitionId, EventPosition eventPosition, PartitionReceiverOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumerGroup);
        ArgumentException.ThrowIfNullOrEmpty(partitionId);
        options ??= new PartitionReceiverOptions();
        PartitionId = partitionId;
        management = new ManagementClient(endpoint, TimeProvider.System);
        var request = new ReadRequest(
            endpoint, consumerGroup, partitionId, eventPosition, options.OwnerLevel, options.Identifier ?? "", options.PrefetchCount,
            options.PrefetchSizeInBytes ?? ReadRequest.DefaultPrefetchBytes);
        reader = new ResumingReader(request, TimeProvider.System);
    }

    /// <summary>The partition that is read.</summary>
    public string PartitionId { get; }

    /// <summary>
    /// The next events in order; an empty sequence after <paramref name="maximumWaitTime"/> without any, which proves nothing about
    /// the log.
    /// </summary>
    /// <exception cref="EventHubsException">
    /// The hub is missing, an exclusive reader took over (<c>ConsumerDisconnected</c>), or it stayed unreachable. The next call goes on
    /// behind the last event returned.
    /// </exception>
    public virtual async Task<IEnumerable<EventData>> ReceiveBatchAsync(
        int maximumEventCount, TimeSpan maximumWaitTime, CancellationToken cancellationToken = default) =>
        await reader.ReceiveAsync(maximumEventCount, maximumWaitTime, cancellationToken);

    /// <summary>The partition's log: first and last sequence number.</summary>
    /// <exception cref="EventHubsException">The hub or the partition does not exist or cannot be reached.</exception>
    public virtual Task<PartitionProperties> GetPartitionPropertiesAsync(CancellationToken cancellationToken = default) =>
        management.GetPartitionAsync(PartitionId, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public virtual async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        await reader.DisposeAsync();
        await management.CloseAsync();
    }

    /// <summary>Closes the connections.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync(CancellationToken.None);
        GC.SuppressFinalize(this);
    }
}
