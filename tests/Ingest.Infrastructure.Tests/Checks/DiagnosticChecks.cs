using System.Text.Json.Nodes;

namespace Ingest.Infrastructure.Tests.Checks;

public static class DiagnosticChecks
{
    private const string Settings = "/providers/Microsoft.Insights/diagnosticSettings/";

    private static readonly HashSet<string> Report =
    [
        "Microsoft.EventHub/namespaces", "Microsoft.Devices/IotHubs", "Microsoft.Web/sites", "Microsoft.OperationalInsights/workspaces",
        "Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/tableServices",
        "Microsoft.Network/networkSecurityGroups", "Microsoft.Network/virtualNetworks",
    ];

    // Parts of a resource that reports, or resources that have nothing to report.
    private static readonly HashSet<string> Silent =
    [
        "Microsoft.Authorization/roleAssignments", "Microsoft.Consumption/budgets", "Microsoft.EventHub/namespaces/eventhubs",
        "Microsoft.EventHub/namespaces/eventhubs/consumergroups", "Microsoft.EventHub/namespaces/networkRuleSets", "Microsoft.Insights/actionGroups",
        "Microsoft.Insights/components", "Microsoft.Insights/diagnosticSettings", "Microsoft.Insights/metricAlerts", "Microsoft.Insights/scheduledQueryRules",
        "Microsoft.Insights/workbooks", "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Microsoft.Network/privateEndpoints", "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "Microsoft.Resources/resourceGroups", "Microsoft.Storage/storageAccounts/blobServices/containers",
        "Microsoft.Storage/storageAccounts/managementPolicies", "Microsoft.Storage/storageAccounts/tableServices/tables",
        "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
    ];

    public static IEnumerable<string> EverythingReports(Deployment deployment)
    {
        var workspace = deployment.Snapshot.Single("Microsoft.OperationalInsights/workspaces").Id;
        var covered = deployment.Snapshot.Of("Microsoft.Insights/diagnosticSettings")
            .Where(s => s.Text("properties.workspaceId") == workspace && s.List("properties.logs").Concat(s.List("properties.metrics")).Any(Enabled))
            .Select(s => s.Id.Split(Settings)[0]).ToHashSet();

        foreach (var resource in deployment.Snapshot.Resources)
        {
            // A plan of Flex Consumption has no instances that it could tell of.
            var isPlan = resource.Type == "Microsoft.Web/serverfarms";
            if (isPlan && resource.Text("sku.tier") == "FlexConsumption")
            {
                continue;
            }

            if (isPlan || Report.Contains(resource.Type))
            {
                if (!covered.Contains(resource.Id))
                {
                    yield return $"{resource.Type} {resource.ShortName} reports nothing to the workspace";
                }
            }
            else if (!Silent.Contains(resource.Type))
            {
                yield return $"{resource.Type}: decide whether it has diagnostic settings";
            }
        }
    }

    private static bool Enabled(JsonObject category) => (bool?)category["enabled"] == true;
}
