using Azure.Core;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>A hub, how to reach it and how to prove who asks.</summary>
internal sealed record EventHubEndpoint(string Host, int Port, bool UseTls, string HubName, ITokenSource Tokens)
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    /// <summary>The namespace as it stands in partition contexts and in checkpoint paths.</summary>
    public string FullyQualifiedNamespace => Host;

    /// <summary>The audience prefix of tokens, and the resource they are for.</summary>
    public string Audience(string path) => $"sb://{Host}/{path}";

    /// <exception cref="ArgumentException">A part is missing or contradicts <paramref name="hubName"/>.</exception>
    public static EventHubEndpoint FromConnectionString(string connectionString, string? hubName)
    {
        var parts = Parse(connectionString);
        if (!parts.TryGetValue("Endpoint", out var text) || !Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Host == "")
        {
            throw new ArgumentException("The Event Hubs connection string needs Endpoint=sb://host/.", nameof(connectionString));
        }

        parts.TryGetValue("EntityPath", out var entityPath);
        if (!string.IsNullOrEmpty(hubName) && entityPath is not null && !string.Equals(hubName, entityPath, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"The connection string is for the hub '{entityPath}', but the hub '{hubName}' was asked for.", nameof(connectionString));
        }

        var hub = string.IsNullOrEmpty(hubName) ? entityPath : hubName;
        if (string.IsNullOrEmpty(hub))
        {
            throw new ArgumentException("Neither the connection string (EntityPath) nor the caller names a hub.", nameof(connectionString));
        }

        var isEmulator = parts.TryGetValue("UseDevelopmentEmulator", out var flag) && string.Equals(flag, "true", StringComparison.OrdinalIgnoreCase);
        var port = endpoint.Port > 0 ? endpoint.Port : isEmulator ? PlainPort : TlsPort;
        return new EventHubEndpoint(endpoint.Host.Trim('[', ']'), port, !isEmulator, hub, TokensOf(parts, nameof(connectionString)));
    }

    public static EventHubEndpoint FromCredential(string fullyQualifiedNamespace, string hubName, TokenCredential credential)
    {
        ArgumentException.ThrowIfNullOrEmpty(fullyQualifiedNamespace);
        ArgumentException.ThrowIfNullOrEmpty(hubName);
        ArgumentNullException.ThrowIfNull(credential);
        return new EventHubEndpoint(fullyQualifiedNamespace, TlsPort, UseTls: true, hubName, new CredentialTokenSource(credential));
    }

    private static ITokenSource TokensOf(Dictionary<string, string> parts, string parameter)
    {
        if (parts.TryGetValue("SharedAccessSignature", out var signature))
        {
            return new FixedTokenSource(signature);
        }

        return parts.TryGetValue("SharedAccessKeyName", out var name) && parts.TryGetValue("SharedAccessKey", out var key)
            ? new SharedKeyTokenSource(name, key)
            : throw new ArgumentException(
                "The Event Hubs connection string needs SharedAccessKeyName and SharedAccessKey, or SharedAccessSignature.", parameter);
    }

    private static Dictionary<string, string> Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=');
            if (at <= 0)
            {
                // The text is not repeated: it may be a key.
                throw new ArgumentException("The Event Hubs connection string is not a list of Name=Value parts.", nameof(connectionString));
            }

            parts[part[..at].Trim()] = part[(at + 1)..].Trim();
        }

        return parts;
    }
}
