using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Ingest.LocalWorker.Settings;

/// <summary>Settings <c>AzureFunctionsJobHost__path__to__value</c>, which the host puts above what <c>host.json</c> says.</summary>
internal static class HostOverrides
{
    private const string Section = "AzureFunctionsJobHost";

    /// <summary><paramref name="root"/> with the settings in it; itself where there are none.</summary>
    public static JsonElement Apply(JsonElement root, IConfiguration configuration)
    {
        var overrides = configuration.GetSection(Section);
        if (!overrides.GetChildren().Any() || root.ValueKind != JsonValueKind.Object)
        {
            return root;
        }

        var merged = JsonObject.Create(root)!;
        Merge(merged, overrides);
        return JsonSerializer.SerializeToElement(merged);
    }

    private static void Merge(JsonObject target, IConfiguration section)
    {
        foreach (var child in section.GetChildren())
        {
            // The host's configuration ignores case.
            var name = target.FirstOrDefault(p => string.Equals(p.Key, child.Key, StringComparison.OrdinalIgnoreCase)).Key ?? child.Key;
            if (child.Value is { } value)
            {
                target[name] = value;
                continue;
            }

            if (target[name] is not JsonObject inner)
            {
                target[name] = inner = [];
            }

            Merge(inner, child);
        }
    }
}
