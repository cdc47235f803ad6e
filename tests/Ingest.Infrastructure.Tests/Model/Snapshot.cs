using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ingest.Infrastructure.Tests.Model;

/// <summary>Every resource that one environment would deploy, modules, loops and conditions expanded.</summary>
public sealed record Snapshot(string Environment, JsonObject Json)
{
    public IReadOnlyList<Resource> Resources => [.. Json["predictedResources"]!.AsArray().Select(r => new Resource(r!.AsObject()))];

    /// <summary>The suffix that all generated names share.</summary>
    public string Token => Single("Microsoft.OperationalInsights/workspaces").ShortName["log-".Length..];

    public Resource Site => Single("Microsoft.Web/sites");

    public Resource EventHubs => Single("Microsoft.EventHub/namespaces");

    public IEnumerable<Resource> Hubs => Of("Microsoft.EventHub/namespaces/eventhubs");

    public bool HasIotHub => Of("Microsoft.Devices/IotHubs").Any();

    public IReadOnlyDictionary<string, string> AppSettings =>
        Site.List("properties.siteConfig.appSettings").ToDictionary(s => (string)s["name"]!, s => (string)s["value"]!);

    /// <summary>The hubs that the app is told to read.</summary>
    public IEnumerable<string> IngestedHubs =>
        new[] { "TelemetryHub", "DeviceHub" }.Select(s => AppSettings.GetValueOrDefault(s)).OfType<string>().Where(h => h.Length > 0);

    public IEnumerable<Resource> Of(string type) => Resources.Where(r => r.Type == type);

    public Resource Single(string type) => Of(type).Single();

    public IEnumerable<string> ConsumerGroupsOf(string hub) => Of("Microsoft.EventHub/namespaces/eventhubs/consumergroups")
        .Where(g => g.Id.Contains($"/eventhubs/{hub}/consumergroups/", StringComparison.Ordinal)).Select(g => g.ShortName);

    public IEnumerable<string> CaptureContainers =>
        Hubs.Select(h => h.Text("properties.captureDescription.destination.properties.blobContainer")).OfType<string>().Distinct();

    public Snapshot Copy() => new(Environment, (JsonObject)Json.DeepClone());

    /// <summary>Scope, role and principal of every assignment, in names that do not change between environments.</summary>
    public IEnumerable<RoleAssignment> RoleAssignments => Of("Microsoft.Authorization/roleAssignments").Select(r => new RoleAssignment(
        PrincipalOf((string)r["properties.principalId"]!),
        ((string)r["properties.roleDefinitionId"]!).Split('/')[^1],
        ScopeOf(r.Id)));

    private string PrincipalOf(string principalId) =>
        Regex.Match(principalId, $"userAssignedIdentities/id-(.+)-{Token}'") is { Success: true } match ? match.Groups[1].Value : "operator";

    private string ScopeOf(string id)
    {
        var scope = id[..id.LastIndexOf("/providers/Microsoft.Authorization/roleAssignments/", StringComparison.Ordinal)];
        var provider = scope.IndexOf("/providers/", StringComparison.Ordinal);
        return provider >= 0 ? scope[(provider + "/providers/".Length)..].Replace(Token, "", StringComparison.Ordinal)
            : scope.Contains("/resourceGroups/", StringComparison.Ordinal) ? "resource group" : "subscription";
    }
}

public sealed record RoleAssignment(string Principal, string Role, string Scope);
