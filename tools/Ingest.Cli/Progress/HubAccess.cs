using System.Globalization;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Cli.Settings;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Progress;

/// <summary>The hub that a partition belongs to, in the consumer group that gap repair uses.</summary>
public sealed class HubAccess : IAsyncDisposable
{
    private static readonly TimeSpan ReadWait = TimeSpan.FromSeconds(5);

    private readonly EventHubConsumerClient client;
    private readonly HubNamespace at;
    private readonly string hub;
    private readonly string group;

    private HubAccess(HubNamespace at, string hub, string group)
    {
        (this.at, this.hub, this.group) = (at, hub.ToLowerInvariant(), group);
        client = at.Consumer(hub, group);
    }

    /// <exception cref="CommandException">The settings name no Event Hubs connection, or one that cannot be used.</exception>
    public static HubAccess Open(IConfiguration settings, string? hub)
    {
        var named = new HubSettings(settings);
        return new HubAccess(HubNamespace.Get(settings), hub ?? named.Telemetry, named.RepairConsumerGroup);
    }

    public PartitionId Partition(int number) => new(at.Host, hub, number);

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

    /// <summary>The event of a number that the hub has given; where that is gone, the next one that there is.</summary>
    /// <exception cref="CommandException">The read brought none.</exception>
    public async Task<EventData> GetAsync(int partition, long number, CancellationToken cancellationToken) =>
        await FirstAsync(partition, EventPosition.FromSequenceNumber(number), cancellationToken).ConfigureAwait(false) ?? throw NotDelivered(partition, $"event {number}");

    /// <summary>The first event enqueued later; null where there is none.</summary>
    /// <param name="state">Of the partition: an empty read by itself proves nothing.</param>
    /// <exception cref="CommandException">There is one, and the read did not bring it.</exception>
    public async Task<EventData?> FindLaterAsync(int partition, long unixMs, HubState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        var time = DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        var found = await FirstAsync(partition, EventPosition.FromEnqueuedTime(time), cancellationToken).ConfigureAwait(false);
        return found is null && state.LastSequence >= state.BeginningSequence && state.LastEnqueuedUnixMs > unixMs
            ? throw NotDelivered(partition, $"first event enqueued after {time:O}")
            : found;
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private async Task<EventData?> FirstAsync(int partition, EventPosition position, CancellationToken cancellationToken)
    {
        var options = new PartitionReceiverOptions { PrefetchCount = 1 };
        var receiver = at.Receiver(hub, group, IdOf(partition), position, options);
        await using (receiver.ConfigureAwait(false))
        {
            return (await receiver.ReceiveBatchAsync(1, ReadWait, cancellationToken).ConfigureAwait(false)).FirstOrDefault();
        }
    }

    private CommandException NotDelivered(int partition, string what) =>
        new(ExitCode.CannotBeDone, $"The hub did not deliver the {what} of {Partition(partition)}. Try again.");

    private static string IdOf(int partition) => partition.ToString(CultureInfo.InvariantCulture);
}
