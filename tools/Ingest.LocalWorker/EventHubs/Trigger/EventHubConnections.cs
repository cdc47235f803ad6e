using Azure.Core;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>From the settings of a connection to an endpoint.</summary>
internal static class EventHubConnections
{
    /// <exception cref="FunctionSetupException">The settings are incomplete or wrong.</exception>
    public static EventHubEndpoint Resolve(IConfigurationSection connection, string hub, IServiceProvider services)
    {
        try
        {
            if (!string.IsNullOrWhiteSpace(connection.Value))
            {
                return EventHubEndpoint.FromConnectionString(connection.Value, hub);
            }

            var host = connection["fullyQualifiedNamespace"]
                ?? throw new FunctionSetupException($"the connection '{connection.Key}' has neither a value nor '{connection.Key}__fullyQualifiedNamespace'");
            return EventHubEndpoint.FromCredential(host, hub, Credential(connection, services));
        }
        catch (ArgumentException e)
        {
            throw new FunctionSetupException($"the connection '{connection.Key}': {e.Message}");
        }
    }

    private static TokenCredential Credential(IConfigurationSection connection, IServiceProvider services)
    {
        if (services.GetService<TokenCredential>() is { } registered)
        {
            return registered;
        }

        // An application that uses identities brings Azure.Identity; the local worker does not make everyone else load it.
        var type = Type.GetType("Azure.Identity.DefaultAzureCredential, Azure.Identity");
        return type is not null && Activator.CreateInstance(type, args: [false]) is TokenCredential found
            ? found
            : throw new FunctionSetupException(
                $"the connection '{connection.Key}' uses an identity: register a TokenCredential or reference Azure.Identity");
    }
}
