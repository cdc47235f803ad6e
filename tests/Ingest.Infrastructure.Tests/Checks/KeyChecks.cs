using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static class KeyChecks
{
    private static readonly string[] Secrets =
        ["AccountKey=", "SharedAccessKey", "listKeys", "listConnectionStrings", "listAccountSas", "listServiceSas", "listSecrets", "InstrumentationKey="];

    private static readonly Dictionary<string, (string Path, bool Required)> LocalAuthentication = new()
    {
        ["Microsoft.Storage/storageAccounts"] = ("properties.allowSharedKeyAccess", false),
        ["Microsoft.EventHub/namespaces"] = ("properties.disableLocalAuth", true),
        ["Microsoft.Devices/IotHubs"] = ("properties.disableLocalAuth", true),
        ["Microsoft.Insights/components"] = ("properties.DisableLocalAuth", true),
        ["Microsoft.OperationalInsights/workspaces"] = ("properties.features.disableLocalAuth", true),
    };

    private static readonly Dictionary<string, (string Path, string Required)> Tls = new()
    {
        ["Microsoft.Storage/storageAccounts"] = ("properties.minimumTlsVersion", "TLS1_2"),
        ["Microsoft.EventHub/namespaces"] = ("properties.minimumTlsVersion", "1.2"),
        ["Microsoft.Devices/IotHubs"] = ("properties.minTlsVersion", "1.2"),
        ["Microsoft.Web/sites"] = ("properties.siteConfig.minTlsVersion", "1.2"),
    };

    public static IEnumerable<string> NoKeys(Deployment deployment)
    {
        foreach (var resource in deployment.Snapshot.Resources)
        {
            if (LocalAuthentication.TryGetValue(resource.Type, out var rule) && resource.Flag(rule.Path) != rule.Required)
            {
                yield return $"{resource.ShortName}: {rule.Path} must be {rule.Required}";
            }

            if (resource.Type == "Microsoft.EventHub/namespaces/authorizationRules" || resource.Type == "Microsoft.EventHub/namespaces/eventhubs/authorizationRules")
            {
                yield return $"{resource.ShortName}: a shared access policy";
            }

            if (resource.Type == "Microsoft.Web/sites/basicPublishingCredentialsPolicies" && resource.Flag("properties.allow") != false)
            {
                yield return $"{resource.ShortName}: publishing with a password is allowed";
            }
        }

        var policies = deployment.Snapshot.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Select(p => p.ShortName).ToHashSet();
        foreach (var missing in new[] { "ftp", "scm" }.Where(p => !policies.Contains(p)))
        {
            yield return $"no basicPublishingCredentialsPolicies/{missing}";
        }

        var snapshot = deployment.Snapshot.Json.ToJsonString();
        foreach (var secret in Secrets)
        {
            if (snapshot.Contains(secret, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"the snapshot mentions {secret}";
            }

            foreach (var (file, text) in deployment.Repository.Templates.Where(t => t.Value.Contains(secret, StringComparison.OrdinalIgnoreCase)))
            {
                yield return $"{file} mentions {secret}";
            }
        }
    }

    public static IEnumerable<string> Transport(Deployment deployment)
    {
        foreach (var resource in deployment.Snapshot.Resources)
        {
            if (Tls.TryGetValue(resource.Type, out var rule) && resource.Text(rule.Path) != rule.Required)
            {
                yield return $"{resource.ShortName}: {rule.Path} must be {rule.Required}, or older TLS is accepted";
            }
        }

        if (deployment.Snapshot.Site.Flag("properties.httpsOnly") != true)
        {
            yield return "the site answers without TLS";
        }

        foreach (var account in deployment.Snapshot.Of("Microsoft.Storage/storageAccounts"))
        {
            if (account.Flag("properties.supportsHttpsTrafficOnly") != true || account.Flag("properties.allowBlobPublicAccess") != false)
            {
                yield return $"{account.ShortName}: plain HTTP or anonymous access";
            }
        }

        // With private endpoints a public door left open would make them decoration.
        if (deployment.Snapshot.Of("Microsoft.Network/privateEndpoints").Any())
        {
            foreach (var open in deployment.Snapshot.Resources.Where(r =>
                r.Type is "Microsoft.Storage/storageAccounts" or "Microsoft.EventHub/namespaces" && r.Text("properties.publicNetworkAccess") != "Disabled"))
            {
                yield return $"{open.ShortName}: public network access beside private endpoints";
            }
        }
    }
}
