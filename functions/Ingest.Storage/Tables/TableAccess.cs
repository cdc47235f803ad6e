using Azure.Core;
using Azure.Core.Pipeline;
using Ingest.Storage.Throttling;

namespace Ingest.Storage.Tables;

/// <summary>Where the tables are, and how a request proves that it may.</summary>
/// <param name="Endpoint">Without a slash at its end.</param>
internal sealed record TableAccess(string Endpoint, HttpPipelinePolicy Authentication)
{
    private const string Scope = "https://storage.azure.com/.default";

    // Published by Microsoft for every emulator.
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static TableAccess Of(Uri endpoint, TokenCredential credential) => new(Trimmed(endpoint), new BearerTokenAuthenticationPolicy(credential, Scope));

    /// <param name="endpoint">What the SDK made of the connection string.</param>
    /// <exception cref="FormatException">It holds neither a key nor a shared access signature.</exception>
    public static TableAccess Of(Uri endpoint, string connectionString, TimeProvider time)
    {
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .ToDictionary(part => part[0].Trim(), part => part[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var account = AccountName.Of(new DataOptions { ConnectionString = connectionString }, null);
        if (parts.GetValueOrDefault("AccountKey") is { Length: > 0 } key)
        {
            return new(Trimmed(endpoint), new SharedKeyLitePolicy(account, Convert.FromBase64String(key), time));
        }

        if (parts.GetValueOrDefault("SharedAccessSignature") is { Length: > 0 } signature)
        {
            return new(Trimmed(endpoint), new SharedAccessPolicy(signature.TrimStart('?')));
        }

        return parts.GetValueOrDefault("UseDevelopmentStorage") == "true"
            ? new(Trimmed(endpoint), new SharedKeyLitePolicy(account, Convert.FromBase64String(EmulatorKey), time))
            : throw new FormatException("The setting Data holds neither AccountKey nor SharedAccessSignature.");
    }

    private static string Trimmed(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
