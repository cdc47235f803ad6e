using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace Ingest.Functions.Telemetry;

/// <summary>
/// How the app signs in to Application Insights: the setting that the Functions host reads too,
/// <c>Authorization=AAD</c> or <c>ClientId=…;Authorization=AAD</c>. The exporter by itself knows only the connection string's key.
/// </summary>
public static class InsightsCredential
{
    public const string Setting = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Null where the setting is absent: then the key of the connection string is all there is.</summary>
    /// <exception cref="InvalidOperationException">The setting says something else.</exception>
    public static TokenCredential? Of(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] is not { Length: > 0 } text)
        {
            return null;
        }

        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .ToLookup(part => part[0], part => part.ElementAtOrDefault(1) ?? "", StringComparer.OrdinalIgnoreCase);
        if (!parts["Authorization"].Contains("AAD", StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"{Setting} is '{text}'; it must be 'Authorization=AAD' or 'ClientId=…;Authorization=AAD'.");
        }

        return new ManagedIdentityCredential(parts["ClientId"].FirstOrDefault() is { Length: > 0 } id
            ? ManagedIdentityId.FromUserAssignedClientId(id)
            : ManagedIdentityId.SystemAssigned);
    }
}
