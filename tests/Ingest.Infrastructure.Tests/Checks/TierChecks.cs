namespace Ingest.Infrastructure.Tests.Checks;

public static class TierChecks
{
    private static readonly int[] ProcessingUnits = [1, 2, 4, 8, 16];
    private static readonly int[] InstanceMemory = [512, 2048, 4096];

    public static IEnumerable<string> HubsFitTheTier(Deployment deployment)
    {
        var space = deployment.Snapshot.EventHubs;
        var tier = space.Text("sku.name");
        var capacity = space.Number("sku.capacity") ?? 0;
        var (partitions, hours, groups) = tier == "Premium" ? (100, 2160, 100) : (32, 168, 20);

        if (tier is not ("Standard" or "Premium") || space.Text("sku.tier") != tier)
        {
            yield return $"tier {tier}";
        }

        if (tier == "Premium" ? !ProcessingUnits.Contains(capacity) : capacity is < 1 or > 40)
        {
            yield return $"{tier} with {capacity} units";
        }

        var ceiling = space.Number("properties.maximumThroughputUnits") ?? 0;
        if (space.Flag("properties.isAutoInflateEnabled") == true ? tier != "Standard" || ceiling > 40 || ceiling < capacity : ceiling != 0)
        {
            yield return $"auto-inflate to {ceiling} on {tier} with {capacity} units";
        }

        foreach (var hub in deployment.Snapshot.Hubs)
        {
            if (hub.Number("properties.partitionCount") is not { } count || count < 1 || count > partitions)
            {
                yield return $"{hub.ShortName}: {hub.Number("properties.partitionCount")} partitions on {tier}";
            }

            if (hub.Number("properties.retentionDescription.retentionTimeInHours") is not { } retention || retention < 1 || retention > hours)
            {
                yield return $"{hub.ShortName}: {hub.Number("properties.retentionDescription.retentionTimeInHours")} hours on {tier}";
            }

            // $Default is always there.
            if (deployment.Snapshot.ConsumerGroupsOf(hub.ShortName).Count() + 1 > groups)
            {
                yield return $"{hub.ShortName}: more than {groups} consumer groups on {tier}";
            }
        }

        if (deployment.Snapshot.Site["properties.functionAppConfig.scaleAndConcurrency"] is { } scale)
        {
            if (!InstanceMemory.Contains((int?)scale["instanceMemoryMB"] ?? 0))
            {
                yield return $"Flex Consumption has no instances of {scale["instanceMemoryMB"]} MB";
            }

            if ((int?)scale["maximumInstanceCount"] is not (>= 40 and <= 1000))
            {
                yield return $"Flex Consumption takes 40 to 1,000 instances, not {scale["maximumInstanceCount"]}";
            }
        }
    }
}
