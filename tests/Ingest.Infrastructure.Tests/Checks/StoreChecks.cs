using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static class StoreChecks
{
    // A committed segment may wait a week for its publication, so nothing is deleted sooner.
    private const int DeleteAfterDays = 8;

    public static IEnumerable<string> ContainersAndTablesExist(Deployment deployment)
    {
        var snapshot = deployment.Snapshot;
        var data = $"/storageAccounts/stdata{snapshot.Token}/";
        var containers = snapshot.Of("Microsoft.Storage/storageAccounts/blobServices/containers").ToList();
        var tables = snapshot.Of("Microsoft.Storage/storageAccounts/tableServices/tables").ToList();
        foreach (var name in new[] { "lake", "quarantine" }.Concat(snapshot.CaptureContainers).Where(n => !Has(containers, n, data)))
        {
            yield return $"the data account has no container {name}";
        }

        foreach (var name in new[] { "IngestProgress", "IngestQuarantine", "IngestReplays" }.Where(n => !Has(tables, n, data)))
        {
            yield return $"the data account has no table {name}";
        }

        if (!containers.Any(c => c.Id.Contains("/storageAccounts/sthost", StringComparison.Ordinal)))
        {
            yield return "the host has no account of its own";
        }
    }

    public static IEnumerable<string> NothingYoungIsTouched(Deployment deployment)
    {
        var policies = deployment.Snapshot.Of("Microsoft.Storage/storageAccounts/managementPolicies").ToList();
        var covered = new HashSet<string>();
        foreach (var rule in policies.SelectMany(p => p.List("properties.policy.rules")))
        {
            var name = (string)rule["name"]!;
            var filters = rule["definition"]!["filters"]!;
            var prefixes = filters["prefixMatch"]?.AsArray().Select(p => (string)p!).ToList() ?? [];
            if (prefixes.Count == 0 || prefixes.Any(p => !p.EndsWith('/')))
            {
                yield return $"{name}: must name containers, each with its slash";
            }

            covered.UnionWith(prefixes.Select(p => p.TrimEnd('/')));
            foreach (var (action, condition) in rule["definition"]!["actions"]!["baseBlob"]!.AsObject())
            {
                var least = action == "delete" ? DeleteAfterDays : 1;
                foreach (var (clock, days) in condition!.AsObject())
                {
                    if (clock != "daysAfterModificationGreaterThan" || (int)days! < least)
                    {
                        yield return $"{name}: {action} {clock} {days}; at least {least} days after the modification";
                    }
                }
            }
        }

        foreach (var container in new[] { "lake", "quarantine" }.Where(c => !covered.Contains(c)))
        {
            yield return $"no lifecycle rule covers {container}";
        }
    }

    public static IEnumerable<string> IotHubRoutesToTheDeviceHub(Deployment deployment)
    {
        var deviceHub = deployment.Snapshot.AppSettings.GetValueOrDefault("DeviceHub", "");
        if (deployment.Snapshot.HasIotHub != (deviceHub.Length > 0))
        {
            yield return $"DeviceHub is '{deviceHub}' and there is {(deployment.Snapshot.HasIotHub ? "an" : "no")} IoT Hub";
        }

        foreach (var iotHub in deployment.Snapshot.Of("Microsoft.Devices/IotHubs"))
        {
            var endpoints = iotHub.List("properties.routing.endpoints.eventHubs").ToList();
            if (endpoints.Count != 1 || (string?)endpoints[0]["authenticationType"] != "identityBased" || (string?)endpoints[0]["entityPath"] != deviceHub
                || ((string?)endpoints[0]["identity"]?["userAssignedIdentity"])?.Contains("/id-iot-hub-", StringComparison.Ordinal) != true)
            {
                yield return "the IoT Hub must route to the device hub by its identity";
            }

            var names = endpoints.Select(e => (string)e["name"]!).ToHashSet();
            foreach (var part in new[] { "routes", "enrichments" })
            {
                var entries = iotHub.List($"properties.routing.{part}").ToList();
                if (entries.Count == 0 || entries.Any(e => e["endpointNames"]!.AsArray().Any(n => !names.Contains((string)n!))))
                {
                    yield return $"{part} of the IoT Hub must name its endpoint";
                }
            }

            if (iotHub.Flag("properties.routing.fallbackRoute.isEnabled") != true)
            {
                yield return "the IoT Hub has no fallback route: unrouted messages are lost";
            }
        }
    }

    private static bool Has(IEnumerable<Resource> resources, string name, string account) =>
        resources.Any(r => r.ShortName == name && r.Id.Contains(account, StringComparison.Ordinal));
}
