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
    private const long LargestEvent = 1 << 20;
    private const long SmallestGuess = 4 << 10;

    private static readonly TimeSpan ReadWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MoreWait = TimeSpan.FromMilliseconds(250);

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
            (await hub).CreatedOn.ToUnixTimeMilliseconds(), properties.BeginningSequenceNumber, properties.LastEnqueuedSequenceNumber,
            properties.LastEnqueuedSequenceNumber < 0 ? 0 : properties.LastEnqueuedTime.ToUnixTimeMilliseconds());
    }

    public async Task<IReadOnlyList<IncomingEvent>> ReadAsync(
        PartitionId partition, long first, string? afterOffset, int maxEvents, long maxBytes, CancellationToken cancellationToken)
    {
        // With geo-replication a sequence number alone may not address the log; an offset always does.
        var position = afterOffset is null
            ? EventPosition.FromSequenceNumber(first)
            : EventPosition.FromOffset(afterOffset, isInclusive: false);
        await using var receiver = ReceiverOf(partition, position, maxBytes);
        var events = new List<IncomingEvent>();
        for (var (bytes, largest) = (0L, LargestEvent); events.Count < maxEvents;)
        {
            // What one call returns is bounded by a count alone, so the count is what certainly fits.
            var step = (int)Math.Clamp((maxBytes - bytes) / largest, 1, maxEvents - events.Count);
            var batch = await receiver.ReceiveBatchAsync(step, events.Count == 0 ? ReadWait : MoreWait, cancellationToken);
            var received = batch.Select(e => EventBatchMapper.Map(e, hubs.IsDeviceHub(partition.Hub))).ToList();
            if (received.Count == 0)
            {
                break;
            }

            largest = Math.Max(received.Max(e => e.Body.Length), SmallestGuess);
            foreach (var e in received.Where(e => e.SequenceNumber >= first))
            {
                bytes += e.Body.Length;
                if (bytes > maxBytes && events.Count > 0)
                {
                    return events; // The rest is read again.
                }

                events.Add(e);
            }
        }

        return events;
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

    private PartitionReceiver ReceiverOf(PartitionId partition, EventPosition position, long maxBytes)
    {
        var options = new PartitionReceiverOptions { PrefetchSizeInBytes = maxBytes };
        return ConnectionString is { } text
            ? new PartitionReceiver(consumerGroup, IdOf(partition), position, text, partition.Hub, options)
            : new PartitionReceiver(consumerGroup, IdOf(partition), position, FullyQualifiedNamespace, partition.Hub, Credential, options);
    }
}
