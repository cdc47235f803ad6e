using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Ingest.LocalWorker.Settings;

/// <summary>Resolves what stands in attributes: <c>%Setting%</c> and the names of connections.</summary>
internal sealed partial class SettingResolver(IConfiguration configuration)
{
    /// <summary>Replaces every <c>%Setting%</c>.</summary>
    /// <exception cref="FunctionSetupException">A setting is missing or empty.</exception>
    public string Resolve(string text) => Placeholder().Replace(text, match =>
        configuration[match.Groups[1].Value] is { Length: > 0 } value
            ? value
            : throw new FunctionSetupException($"the setting '{match.Groups[1].Value}' (as {match.Value}) is missing"));

    /// <summary>The configuration of a connection: its value is a connection string, or its children name an identity.</summary>
    /// <exception cref="FunctionSetupException">There is none of that name.</exception>
    public IConfigurationSection Connection(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new FunctionSetupException("the trigger names no Connection");
        }

        // The host looks under its own prefix first.
        string[] keys = ["AzureWebJobs" + name, name, "ConnectionStrings:" + name];
        return keys.Select(configuration.GetSection).FirstOrDefault(section => section.Exists())
            ?? throw new FunctionSetupException($"the connection '{name}' is missing: set '{name}', or '{name}__fullyQualifiedNamespace'");
    }

    /// <summary>Whether <c>AzureWebJobs.NAME.Disabled</c> switches a function off.</summary>
    public bool IsDisabled(string function)
    {
        var value = configuration[$"AzureWebJobs.{function}.Disabled"] ?? configuration[$"AzureWebJobs:{function}:Disabled"];
        return value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}

/// <summary>One thing about a function or a setting that keeps the application from starting. Permanent.</summary>
public sealed class FunctionSetupException(string message) : Exception(message);
