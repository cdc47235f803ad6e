using Azure.Core;
using Azure.Identity;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.LocalWorker.EventHubs;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Settings;

/// <summary>The Event Hubs namespace that the app's settings name, with a key or with the identity of whoever runs the command.</summary>
public sealed class HubNamespace
{
    private readonly string? connectionString;

    private HubNamespace(string? connectionString, string host) => (this.connectionString, Host) = (connectionString, host.ToLowerInvariant());

    /// <summary>Fully qualified, lower case, as progress rows have it.</summary>
    public string Host { get; }

    private static TokenCredential Credential => new DefaultAzureCredential();

    /// <exception cref="CommandException">The connection string cannot be used.</exception>
    public static HubNamespace FromConnectionString(string connectionString) =>
        Checked(() => new HubNamespace(connectionString, HostOf(connectionString)));

    /// <summary>Null where the settings name none.</summary>
    /// <exception cref="CommandException">The connection string cannot be used.</exception>
    public static HubNamespace? Find(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var section = settings.GetSection("EventHub");
        return section.Value is { Length: > 0 } text ? FromConnectionString(text)
            : section["fullyQualifiedNamespace"] is { Length: > 0 } host ? new HubNamespace(null, host)
            : null;
    }

    /// <exception cref="CommandException">The settings name none, or one that cannot be used.</exception>
    public static HubNamespace Get(IConfiguration settings) => Find(settings)
        ?? throw new CommandException(ExitCode.Usage, "The settings name no Event Hubs namespace: set EventHub or EventHub__fullyQualifiedNamespace, or give --event-hub CONNECTION.");

    /// <exception cref="CommandException">The connection string is for another hub.</exception>
    public EventHubConsumerClient Consumer(string hub, string group) => Checked(() => connectionString is null
        ? new EventHubConsumerClient(group, Host, hub, Credential)
        : new EventHubConsumerClient(group, connectionString, hub));

    /// <exception cref="CommandException">The connection string is for another hub.</exception>
    public PartitionReceiver Receiver(string hub, string group, string partition, EventPosition position, PartitionReceiverOptions options) => Checked(() => connectionString is null
        ? new PartitionReceiver(group, partition, position, Host, hub, Credential, options)
        : new PartitionReceiver(group, partition, position, connectionString, hub, options));

    /// <exception cref="CommandException">The connection string is for another hub.</exception>
    public EventSender Sender(string hub, TimeProvider clock) => Checked(() => connectionString is null
        ? EventSender.FromCredential(Host, hub, Credential, clock)
        : EventSender.FromConnectionString(connectionString, hub, clock));

    private static string HostOf(string connectionString)
    {
        var endpoint = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(part => part.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException("It has no Endpoint.");
        return new Uri(endpoint["Endpoint=".Length..]).Host;
    }

    private static T Checked<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new CommandException(ExitCode.Usage, $"The Event Hubs connection string cannot be used: {e.Message}", e);
        }
    }
}
