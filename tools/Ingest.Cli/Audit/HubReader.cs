using System.Globalization;
using Azure.Identity;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Audit;

/// <summary>Asks a hub for the first and last sequence number of each partition.</summary>
public sealed class HubReader : IAsyncDisposable
{
    private readonly EventHubConsumerClient client;
    private readonly string fullyQualifiedNamespace;
    private readonly string hub;
    private string[]? partitions;

    private HubReader(EventHubConsumerClient client, string fullyQualifiedNamespace, string hub)
    {
        this.client = client;
        this.fullyQualifiedNamespace = fullyQualifiedNamespace.ToLowerInvariant();
        this.hub = hub.ToLowerInvariant();
    }

    public static HubReader FromConnectionString(string connectionString, string hub, string consumerGroup)
    {
        try
        {
            return new HubReader(new EventHubConsumerClient(consumerGroup, connectionString, hub), HostOf(connectionString), hub);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new CommandException(ExitCode.Usage, $"The Event Hubs connection string cannot be used: {e.Message}", e);
        }
    }

    /// <summary>By the app's settings; null where they name no Event Hubs connection.</summary>
    public static HubReader? FromSettings(IConfiguration settings, string? hub)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var name = hub ?? settings["TelemetryHub"] ?? "telemetry";
        var group = settings["ConsumerGroup"] ?? "ingest";
        var section = settings.GetSection("EventHub");
        if (section.Value is { Length: > 0 } connectionString)
        {
            return FromConnectionString(connectionString, name, group);
        }

        return section["fullyQualifiedNamespace"] is { Length: > 0 } host
            ? new HubReader(new EventHubConsumerClient(group, host, name, new DefaultAzureCredential()), host, name)
            : null;
    }

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

    private static string HostOf(string connectionString)
    {
        var endpoint = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(p => p.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException("It has no Endpoint.");
        return new Uri(endpoint["Endpoint=".Length..]).Host;
    }
}
