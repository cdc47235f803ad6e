using System.Collections.Concurrent;
using System.Globalization;
using Azure.Core;
using Azure.Identity;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Configuration;

namespace Ingest.Functions;

/// <summary>
/// The hub's log beside the trigger, in the consumer group <c>RepairConsumerGroup</c>: the trigger's readers are exclusive in theirs.
/// </summary>
public sealed class EventHubLog(IConfiguration configuration, IngestHubs hubs) : IHubLog, IAsyncDisposable
{
    private static readonly TimeSpan ReadWait = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, EventHubConsumerClient> clients = new();
    private readonly string consumerGroup = configuration["RepairConsumerGroup"] is { Length: > 0 } group ? group : "ingest-repair";

    /// <summary>Every partition of a hub.</summary>
    public async Task<IReadOnlyList<PartitionId>> PartitionsAsync(string hub, CancellationToken cancellationToken)
    {
        var ids = await ClientOf(hub).GetPartitionIdsAsync(cancellationToken);
        return [.. ids.Select(id => new PartitionId(Namespace, hub, int.Parse(id, CultureInfo.InvariantCulture)))];
    }

    public async Task<HubState> GetStateAsync(PartitionId partition, CancellationToken cancellationToken)
    {
        var client = ClientOf(partition.Hub);
        var hub = client.GetEventHubPropertiesAsync(cancellationToken);
        var properties = await client.GetPartitionPropertiesAsync(IdOf(partition), cancellationToken);
        return new HubState(
            (await hub).CreatedOn.ToUnixTimeMilliseconds(), properties.BeginningSequenceNumber, properties.LastEnqueuedSequenceNumber, properties.IsEmpty);
    }

    public async Task<IReadOnlyList<IncomingEvent>> ReadAsync(
        PartitionId partition, long first, string? afterOffset, int maxEvents, CancellationToken cancellationToken)
    {
        // With geo-replication a sequence number alone may not address the log; an offset always does.
        var position = afterOffset is null
            ? EventPosition.FromSequenceNumber(first)
            : EventPosition.FromOffset(afterOffset, isInclusive: false);
        await using var receiver = ReceiverOf(partition, position);
        var events = await receiver.ReceiveBatchAsync(maxEvents, ReadWait, cancellationToken);
        return [.. events.Select(e => EventBatchMapper.Map(e, hubs.IsDeviceHub(partition.Hub))).Where(e => e.SequenceNumber >= first)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
        {
            await client.DisposeAsync();
        }
    }

    private string? ConnectionString => configuration["EventHub"] is { Length: > 0 } value ? value : null;

    private string Namespace => ConnectionString is { } text ? EndpointOf(text) : FullyQualifiedNamespace;

    private string FullyQualifiedNamespace =>
        configuration["EventHub:fullyQualifiedNamespace"] is { Length: > 0 } name
            ? name.ToLowerInvariant()
            : throw new InvalidOperationException("Neither EventHub (a connection string) nor EventHub__fullyQualifiedNamespace is set.");

    private TokenCredential Credential => configuration["EventHub:clientId"] is { Length: > 0 } id
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
        : new DefaultAzureCredential();

    private static string IdOf(PartitionId partition) => partition.Number.ToString(CultureInfo.InvariantCulture);

    private static string EndpointOf(string connectionString)
    {
        var endpoint = connectionString.Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(part => part.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase))?["Endpoint=".Length..];
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            ? uri.Host.ToLowerInvariant()
            : throw new InvalidOperationException("The setting EventHub holds no Endpoint=sb://…; it must be an Event Hubs connection string.");
    }

    private EventHubConsumerClient ClientOf(string hub) => clients.GetOrAdd(hub, name => ConnectionString is { } text
        ? new EventHubConsumerClient(consumerGroup, text, name)
        : new EventHubConsumerClient(consumerGroup, FullyQualifiedNamespace, name, Credential));

    private PartitionReceiver ReceiverOf(PartitionId partition, EventPosition position) => ConnectionString is { } text
        ? new PartitionReceiver(consumerGroup, IdOf(partition), position, text, partition.Hub)
        : new PartitionReceiver(consumerGroup, IdOf(partition), position, FullyQualifiedNamespace, partition.Hub, Credential);
}
