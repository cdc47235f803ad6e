using Ingest.Cli.Doctor;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static class SettingChecks
{
    // On Flex Consumption the worker runtime is a property of the site, and refused as a setting.
    private static readonly HashSet<string> LocalOnly = ["FUNCTIONS_WORKER_RUNTIME"];

    private static readonly HashSet<string> Platform =
    [
        "DOTNET_GCgen0size", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID", "FUNCTIONS_EXTENSION_VERSION",
        "FUNCTIONS_WORKER_RUNTIME", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID",
    ];

    // Telemetry goes nowhere from a machine that has no connection string for it.
    private static readonly HashSet<string> DeployedOnly = ["Ingest__Telemetry__BytesPerMinute", "Ingest__Telemetry__BytesPerThousandEvents"];

    // Read by the binding of connections and of options, which no indexer in the sources shows.
    private static readonly HashSet<string> Bound =
    [
        "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__tableServiceUri", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "EventHub__fullyQualifiedNamespace", "EventHub__credential", "EventHub__clientId",
        "Data__blobServiceUri", "Data__tableServiceUri", "Data__credential", "Data__clientId",
        "Ingest__Telemetry__BytesPerMinute", "Ingest__Telemetry__BytesPerThousandEvents",
    ];

    private static readonly string[] Connections = ["AzureWebJobsStorage", "EventHub", "Data"];

    public static IEnumerable<string> CoverTheSample(Deployment deployment)
    {
        var deployed = deployment.Snapshot.AppSettings.Keys;
        var sample = Repository.Parse(deployment.Repository.SampleSettings)["Values"]!.AsObject().Select(v => v.Key).ToList();
        var switches = SwitchesOf(deployment);
        return sample.Where(name => !LocalOnly.Contains(name) && !deployed.Any(d => d == name || IsPartOf(d, name)))
            .Select(name => $"{name} is in local.settings.sample.json and not deployed")
            .Concat(deployed.Where(name => !Platform.Contains(name) && !DeployedOnly.Contains(name) && !switches.Contains(name) && !sample.Any(s => s == name || IsPartOf(name, s)))
                .Select(name => $"{name} is deployed and not in local.settings.sample.json"));
    }

    public static IEnumerable<string> AreWhatTheCodeReads(Deployment deployment)
    {
        var deployed = deployment.Snapshot.AppSettings.Keys.ToHashSet();
        var read = deployment.Code.Settings;
        var switches = SwitchesOf(deployment);
        return Bound.Concat(read).Where(name => !Connections.Contains(name) && !deployed.Contains(name)).Select(name => $"{name} is read and not deployed")
            .Concat(deployed.Where(name => !Platform.Contains(name) && !switches.Contains(name) && !Bound.Contains(name) && !read.Contains(name)).Select(name => $"{name} is deployed and read by nobody"))
            .Concat(deployed.Where(name => SettingNames.IsOurs(name) && !SettingNames.All.Contains(name)).Select(name => $"{name} is deployed and ingest doctor does not know it"));
    }

    // A connection may come in parts: EventHub__fullyQualifiedNamespace instead of EventHub.
    private static bool IsPartOf(string deployed, string connection) =>
        Connections.Contains(connection) && deployed.StartsWith(connection + "__", StringComparison.Ordinal);

    private static HashSet<string> SwitchesOf(Deployment deployment) => [.. deployment.Code.Functions.Select(function => $"AzureWebJobs.{function}.Disabled")];

    /// <summary>A trigger without a hub keeps the host from starting, and one that is switched off leaves its hub unread.</summary>
    public static IEnumerable<string> SwitchOffWhatHasNoHub(Deployment deployment)
    {
        var settings = deployment.Snapshot.AppSettings;
        var hasHub = settings.GetValueOrDefault("DeviceHub", "").Length > 0;
        if (!deployment.Code.Functions.Contains("IngestDevices") || hasHub == (settings.GetValueOrDefault("AzureWebJobs.IngestDevices.Disabled") == "true"))
        {
            yield return $"IngestDevices must be {(hasHub ? "on: there is a DeviceHub" : "switched off: there is no DeviceHub")}";
        }
    }

    public static IEnumerable<string> ConnectByIdentityToTheRightAccount(Deployment deployment)
    {
        var settings = deployment.Snapshot.AppSettings;
        foreach (var connection in Connections)
        {
            if (settings.GetValueOrDefault(connection + "__credential") != "managedidentity")
            {
                yield return $"{connection}__credential must be managedidentity";
            }

            if (settings.GetValueOrDefault(connection + "__clientId")?.Contains("userAssignedIdentities/id-ingest-", StringComparison.Ordinal) != true)
            {
                yield return $"{connection}__clientId must be that of the ingest identity";
            }
        }

        foreach (var (prefix, account) in new[] { ("AzureWebJobsStorage", "sthost"), ("Data", "stdata") })
        {
            foreach (var service in new[] { "blob", "table" })
            {
                if (settings.GetValueOrDefault($"{prefix}__{service}ServiceUri")?.Contains($"/storageAccounts/{account}", StringComparison.Ordinal) != true)
                {
                    yield return $"{prefix}__{service}ServiceUri must point to {account}";
                }
            }
        }

        // Elastic Premium without an Azure Files share runs from a package in a container, which it reads by its identity.
        if (deployment.Snapshot.Single("Microsoft.Web/serverfarms").Text("sku.tier") == "ElasticPremium"
            && (settings.GetValueOrDefault("WEBSITE_RUN_FROM_PACKAGE")?.Contains("/storageAccounts/sthost", StringComparison.Ordinal) != true
                || settings.GetValueOrDefault("WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID")?.Contains("/userAssignedIdentities/id-ingest-", StringComparison.Ordinal) != true))
        {
            yield return "WEBSITE_RUN_FROM_PACKAGE must be a blob of the host's account, read by the ingest identity";
        }

        if (settings.GetValueOrDefault("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")?.Contains("Authorization=AAD", StringComparison.Ordinal) != true)
        {
            yield return "Application Insights must be written to with Microsoft Entra authentication";
        }
    }
}
