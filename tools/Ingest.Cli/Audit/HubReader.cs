using System.Globalization;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Ingest.Cli.Settings;

namespace Ingest.Cli.Audit;

/// <summary>Asks a hub for the first and last sequence number of each partition.</summary>
public sealed class HubReader : IAsyncDisposable
{
    private readonly EventHubConsumerClient client;
    private readonly string fullyQualifiedNamespace;
    private readonly string hub;
    private string[]? partitions;

    /// <exception cref="CommandException">The connection string is for another hub.</exception>
    public HubReader(HubNamespace at, string hub, string consumerGroup)
    {
        ArgumentNullException.ThrowIfNull(at);
        ArgumentNullException.ThrowIfNull(hub);
        (client, fullyQualifiedNamespace, this.hub) = (at.Consumer(hub, consumerGroup), at.Host, hub.ToLowerInvariant());
    }

    /// <exception cref="CommandException">The connection string cannot be used.</exception>
    public static HubReader FromConnectionString(string connectionString, string hub, string consumerGroup) =>
        new(HubNamespace.FromConnectionString(connectionString), hub, consumerGroup);

    /// <exception cref="CommandException">The hub does not exist or cannot be reached.</exception>
    public async Task<IReadOnlyList<HubPartition>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            partitions ??= await client.GetPartitionIdsAsync(cancellationToken).ConfigureAwait(false);
            return await Task.WhenAll(partitions.Select(async id =>
            {
                var p = await client.GetPartitionPropertiesAsync(id, cancellationToken).ConfigureAwait(false);
                return new HubPartition(
                    fullyQualifiedNamespace, hub, int.Parse(id, CultureInfo.InvariantCulture), p.BeginningSequenceNumber, p.LastEnqueuedSequenceNumber);
            })).ConfigureAwait(false);
        }
        catch (EventHubsException e)
        {
            throw new CommandException(ExitCode.CannotBeDone, $"The event hub {hub} on {fullyQualifiedNamespace} does not answer: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
