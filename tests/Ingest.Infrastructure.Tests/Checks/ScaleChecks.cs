using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static class ScaleChecks
{
    private const int UsualEventBytes = 1024;
    private const string FlexScale = "properties.functionAppConfig.scaleAndConcurrency";

    /// <summary>All HTTP functions scale together, as the group <c>http</c>; every other one by itself.</summary>
    public static IEnumerable<string> AlwaysReadyNamesFunctions(Deployment deployment) => deployment.Snapshot.Site.List(FlexScale + ".alwaysReady")
        .Select(entry => (string)entry["name"]!)
        .Where(name => name != "http" && !(name.StartsWith("function:", StringComparison.Ordinal) && deployment.Code.Functions.Except(deployment.Code.HttpFunctions).Contains(name["function:".Length..])))
        .Select(name => $"always-ready {name} names no function of the app");

    public static IEnumerable<string> TriggersFindTheirHubAndGroup(Deployment deployment)
    {
        var settings = deployment.Snapshot.AppSettings;
        if (deployment.Code.HubTriggers.Count == 0 || deployment.Code.HubTriggers.Count != deployment.Code.HubTriggerAttributes)
        {
            yield return "an Event Hubs trigger of the sources does not take hub, connection and consumer group from settings, in this order";
        }

        foreach (var trigger in deployment.Code.HubTriggers)
        {
            var hub = settings.GetValueOrDefault(trigger.HubSetting, "");
            if (hub.Length == 0 && trigger.HubSetting == "DeviceHub")
            {
                continue; // Switched off.
            }

            if (!deployment.Snapshot.Hubs.Any(h => h.ShortName == hub))
            {
                yield return $"%{trigger.HubSetting}% is '{hub}', which is not deployed";
                continue;
            }

            // Gap repair reads the hub in a group of its own.
            foreach (var setting in new[] { trigger.GroupSetting, "RepairConsumerGroup" })
            {
                var group = settings.GetValueOrDefault(setting, "");
                if (!deployment.Snapshot.ConsumerGroupsOf(hub).Contains(group))
                {
                    yield return $"%{setting}% is '{group}', which {hub} does not have";
                }
            }

            if (settings.GetValueOrDefault(trigger.GroupSetting) == settings.GetValueOrDefault("RepairConsumerGroup"))
            {
                yield return "gap repair shares the trigger's consumer group, whose readers are exclusive";
            }

            if (!settings.ContainsKey(trigger.Connection + "__fullyQualifiedNamespace"))
            {
                yield return $"the connection {trigger.Connection} is not deployed";
            }
        }
    }

    public static IEnumerable<string> InstancesFitThePartitions(Deployment deployment)
    {
        var partitions = deployment.Snapshot.Hubs.ToDictionary(h => h.ShortName, h => h.Number("properties.partitionCount") ?? 0);
        if (deployment.Snapshot.Site.Number(FlexScale + ".maximumInstanceCount") is { } flexMaximum)
        {
            // Each hub's function scales by itself, to as many as it has partitions; the sweep's timer and the group of all HTTP functions take one each.
            var needed = deployment.Snapshot.IngestedHubs.Sum(h => partitions.GetValueOrDefault(h)) + 2;
            if (flexMaximum < needed)
            {
                yield return $"at most {flexMaximum} instances, {needed} needed";
            }
        }
        else
        {
            var plan = deployment.Snapshot.Single("Microsoft.Web/serverfarms");
            var maximum = plan.Number("properties.maximumElasticWorkerCount") ?? 0;
            // All functions share the instances, so the hub with the most partitions says how many can own one.
            var owned = deployment.Snapshot.IngestedHubs.Select(h => partitions.GetValueOrDefault(h)).DefaultIfEmpty().Max();
            if (maximum > owned)
            {
                yield return $"up to {maximum} instances for {owned} partitions";
            }

            if (maximum != deployment.Snapshot.Site.Number("properties.siteConfig.functionAppScaleLimit"))
            {
                yield return "the app's scale limit differs from the plan's";
            }

            if (plan.Flag("properties.zoneRedundant") == true && plan.Number("sku.capacity") < 3)
            {
                yield return "zone redundancy takes three instances";
            }
        }
    }

    public static IEnumerable<string> HostJsonAgrees(Deployment deployment)
    {
        var host = Repository.Parse(deployment.Repository.HostJson);
        var hubs = host["extensions"]!["eventHubs"]!;
        var batch = (int?)hubs["maxEventBatchSize"] ?? 100;
        var ingested = deployment.Code.HubTriggers.Select(trigger => (
            Function: trigger.Function,
            Partitions: deployment.Snapshot.Hubs.Where(h => h.ShortName == deployment.Snapshot.AppSettings.GetValueOrDefault(trigger.HubSetting)).Sum(h => h.Number("properties.partitionCount") ?? 0))).ToList();
        if (((int?)hubs["batchCheckpointFrequency"] ?? 1) != 1)
        {
            yield return "batchCheckpointFrequency above 1 can keep instances from being taken away";
        }

        if ((string?)hubs["initialOffsetOptions"]?["type"] is { } type && type != "fromStart")
        {
            yield return "initialOffsetOptions must be fromStart: where to begin is Ingest__Start";
        }

        foreach (var setting in deployment.Snapshot.AppSettings.Keys.Where(k => k.StartsWith("AzureFunctionsJobHost__", StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"{setting}: the scale controller reads host.json and not this";
        }

        if ((int?)hubs["targetUnprocessedEventThreshold"] is { } threshold)
        {
            // What every partition has read and not checkpointed yet counts as unprocessed.
            var debt = ingested.Max(i => i.Partitions) * batch;
            if (threshold <= debt)
            {
                yield return $"targetUnprocessedEventThreshold {threshold} is not above the checkpoint debt {debt}: it scales out for nothing";
            }
        }
        else
        {
            yield return "targetUnprocessedEventThreshold is missing: the scale controller would take maxEventBatchSize, which is below any checkpoint debt";
        }

        var (least, prefetch) = ((int?)hubs["minEventBatchSize"] ?? 1, (int?)hubs["prefetchCount"] ?? 300);
        if (least >= batch || prefetch < batch)
        {
            yield return $"batches of {least} to {batch} events with {prefetch} prefetched: a batch could never be full, or never begin";
        }

        // An instance that runs alone owns all partitions that those always ready do not.
        if (deployment.Snapshot.Site.Number(FlexScale + ".instanceMemoryMB") is { } megabytes)
        {
            foreach (var (function, partitions) in ingested)
            {
                var ready = deployment.Snapshot.Site.List(FlexScale + ".alwaysReady").Where(g => (string?)g["name"] == $"function:{function}").Sum(g => (int?)g["instanceCount"] ?? 0);
                var owned = (int)Math.Ceiling(partitions / Math.Max(1.0, ready));
                var needed = (long)owned * UsualEventBytes * ((batch * 4L) + prefetch) / (1024 * 1024);
                if (needed > megabytes / 2)
                {
                    yield return $"{function}: batches of {owned} partitions may take {needed} MiB of an instance of {megabytes} MB";
                }
            }
        }
    }
}
