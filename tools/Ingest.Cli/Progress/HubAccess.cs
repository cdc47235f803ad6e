using System.Globalization;
using Azure.Core;
using Azure.Identity;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Progress;

/// <summary>The hub that a partition belongs to, in the consumer group that gap repair uses.</summary>
public sealed class HubAccess : IAsyncDisposable
{
    private static readonly TimeSpan ReadWait = TimeSpan.FromSeconds(5);

    private readonly EventHubConsumerClient client;
    private readonly string? connectionString;
    private readonly string host;
    private readonly string hub;
    private readonly string group;

    private HubAccess(string? connectionString, string host, string hub, string group)
    {
        (this.connectionString, this.host, this.hub, this.group) = (connectionString, host.ToLowerInvariant(), hub.ToLowerInvariant(), group);
        client = connectionString is null
            ? new EventHubConsumerClient(group, host, hub, Credential)
            : new EventHubConsumerClient(group, connectionString, hub);
    }

    private static TokenCredential Credential => new DefaultAzureCredential();

    /// <exception cref="CommandException">The settings name no Event Hubs connection, or one that cannot be used.</exception>
    public static HubAccess Open(IConfiguration settings, string? hub)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var name = hub ?? settings["TelemetryHub"] ?? "telemetry";
        var group = settings["RepairConsumerGroup"] is { Length: > 0 } named ? named : "ingest-repair";
        var section = settings.GetSection("EventHub");
        try
        {
            return section.Value is { Length: > 0 } text ? new HubAccess(text, EventHubsConnectionStringHost(text), name, group)
                : section["fullyQualifiedNamespace"] is { Length: > 0 } host ? new HubAccess(null, host, name, group)
                : throw new CommandException(ExitCode.Usage, "Give --event-hub CONNECTION, or set EventHub or EventHub__fullyQualifiedNamespace.");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new CommandException(ExitCode.Usage, $"The Event Hubs connection string cannot be used: {e.Message}", e);
        }
    }

    public PartitionId Partition(int number) => new(host, hub, number);

    public async Task<HubState> StateAsync(int partition, CancellationToken cancellationToken)
    {
        var properties = await client.GetEventHubPropertiesAsync(cancellationToken).ConfigureAwait(false);
        if (!properties.PartitionIds.Contains(IdOf(partition)))
        {
            throw new CommandException(ExitCode.Usage, $"The hub {hub} has no partition {partition}; it has {string.Join(", ", properties.PartitionIds)}.");
        }

        var state = await client.GetPartitionPropertiesAsync(IdOf(partition), cancellationToken).ConfigureAwait(false);
        return new HubState(
            properties.CreatedOn.ToUnixTimeMilliseconds(), state.BeginningSequenceNumber, state.LastEnqueuedSequenceNumber,
            state.LastEnqueuedSequenceNumber < 0 ? 0 : state.LastEnqueuedTime.ToUnixTimeMilliseconds());
    }

    /// <summary>The first event at or behind the number; null where a read brings none.</summary>
    public Task<EventData?> FindAsync(int partition, long number, CancellationToken cancellationToken) =>
        FirstAsync(partition, EventPosition.FromSequenceNumber(number), cancellationToken);

    /// <summary>The first event enqueued later; null where a read brings none.</summary>
    public Task<EventData?> FindLaterAsync(int partition, long unixMs, CancellationToken cancellationToken) =>
        FirstAsync(partition, EventPosition.FromEnqueuedTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs)), cancellationToken);

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private async Task<EventData?> FirstAsync(int partition, EventPosition position, CancellationToken cancellationToken)
    {
        var options = new PartitionReceiverOptions { PrefetchCount = 1 };
        var receiver = connectionString is null
            ? new PartitionReceiver(group, IdOf(partition), position, host, hub, Credential, options)
            : new PartitionReceiver(group, IdOf(partition), position, connectionString, hub, options);
        await using (receiver.ConfigureAwait(false))
        {
            return (await receiver.ReceiveBatchAsync(1, ReadWait, cancellationToken).ConfigureAwait(false)).FirstOrDefault();
        }
    }

    private static string IdOf(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    private static string EventHubsConnectionStringHost(string connectionString)
    {
        var endpoint = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(part => part.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException("It has no Endpoint.");
        return new Uri(endpoint["Endpoint=".Length..]).Host;
    }
}
