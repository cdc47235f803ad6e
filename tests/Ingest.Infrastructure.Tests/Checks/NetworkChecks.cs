using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static class NetworkChecks
{
    private const string Zones = "Microsoft.Network/privateDnsZones";

    private static readonly Dictionary<string, string[]> Groups = new()
    {
        ["Microsoft.EventHub/namespaces"] = ["namespace"],
        ["Microsoft.Storage/storageAccounts"] = ["blob", "table"],
    };

    private static readonly Dictionary<string, string> ZoneOf = new()
    {
        ["namespace"] = "privatelink.servicebus.windows.net", ["blob"] = "privatelink.blob.", ["table"] = "privatelink.table.",
    };

    /// <summary>What is closed to the public must be open to the app, by name, and to the services that Azure itself comes in from.</summary>
    public static IEnumerable<string> WhatIsClosedIsReached(Deployment deployment)
    {
        var snapshot = deployment.Snapshot;
        var closed = snapshot.Resources.Where(r => Groups.ContainsKey(r.Type) && r.Text("properties.publicNetworkAccess") == "Disabled").ToList();
        var endpoints = snapshot.Of("Microsoft.Network/privateEndpoints").ToList();
        foreach (var (resource, group) in closed.SelectMany(r => Groups[r.Type].Select(g => (r, g))))
        {
            if (!endpoints.Any(e => Connections(e).Any(c => c == (resource.Id, group))))
            {
                yield return $"{resource.ShortName}: closed, and no private endpoint for {group}";
            }
        }

        foreach (var endpoint in endpoints)
        {
            var zone = ZoneOf[Connections(endpoint).Single().Group];
            if (!snapshot.Of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Where(g => g.Id.StartsWith(endpoint.Id + "/", StringComparison.Ordinal))
                .SelectMany(g => g.List("properties.privateDnsZoneConfigs")).Any(c => ((string)c["properties"]!["privateDnsZoneId"]!).Contains(zone, StringComparison.Ordinal)))
            {
                yield return $"{endpoint.ShortName}: not in the zone {zone}";
            }

            if (!snapshot.Of(Zones + "/virtualNetworkLinks").Any(l => ((string)l.Json["name"]!).Contains(zone, StringComparison.Ordinal)
                && l.Text("properties.virtualNetwork.id") == snapshot.Single("Microsoft.Network/virtualNetworks").Id))
            {
                yield return $"the zone {zone} is not known in the network";
            }
        }

        if (closed.Count > 0)
        {
            foreach (var problem in FromWithin(snapshot))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> FromWithin(Snapshot snapshot)
    {
        var network = snapshot.Single("Microsoft.Network/virtualNetworks");
        var delegation = snapshot.Single("Microsoft.Web/serverfarms").Text("sku.tier") == "FlexConsumption" ? "Microsoft.App/environments" : "Microsoft.Web/serverFarms";
        var subnet = network.List("properties.subnets").SingleOrDefault(s => $"{network.Id}/subnets/{s["name"]}" == snapshot.Site.Text("properties.virtualNetworkSubnetId"));
        if (subnet?["properties"]?["delegations"]?.AsArray().Any(d => (string?)d!["properties"]!["serviceName"] == delegation) != true)
        {
            yield return $"the site is in no subnet that is delegated to {delegation}";
        }

        if (snapshot.HasIotHub && snapshot.Single("Microsoft.EventHub/namespaces/networkRuleSets").Flag("properties.trustedServiceAccessEnabled") != true)
        {
            yield return "the namespace is closed to the IoT Hub";
        }

        if (snapshot.CaptureContainers.Any() && snapshot.Of("Microsoft.Storage/storageAccounts").First(a => a.ShortName.StartsWith("stdata", StringComparison.Ordinal)).Text("properties.networkAcls.bypass") != "AzureServices")
        {
            yield return "the data account is closed to Capture";
        }
    }

    private static IEnumerable<(string Target, string Group)> Connections(Resource endpoint) => endpoint.List("properties.privateLinkServiceConnections")
        .SelectMany(c => c["properties"]!["groupIds"]!.AsArray().Select(g => ((string)c["properties"]!["privateLinkServiceId"]!, (string)g!)));
}
