using Azure.Messaging.EventHubs.Consumer;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>What to read and how far ahead.</summary>
internal sealed record ReadRequest(
    EventHubEndpoint Endpoint,
    string ConsumerGroup,
    string PartitionId,
    EventPosition Position,
    long? OwnerLevel,
    string Identifier,
    int PrefetchEvents,
    long PrefetchBytes)
{
    public const long DefaultPrefetchBytes = 16 * 1024 * 1024;

    public string Path => $"{Endpoint.HubName}/ConsumerGroups/{ConsumerGroup}/Partitions/{PartitionId}";
}
