using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static class RoleChecks
{
    private const string EventHubsDataOwner = "f526a384-b230-433a-b45c-95f59c4a2dec";
    private const string EventHubsDataReceiver = "a638d3c7-ab3a-418d-83e6-5f17a39d4fde";
    private const string EventHubsDataSender = "2b629674-e913-4c01-ae53-ef4638d8f975";
    private const string MonitoringMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";
    private const string StorageBlobDataContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    private const string StorageBlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string StorageBlobDataReader = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
    private const string StorageTableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string StorageTableDataReader = "76199698-9eea-4c19-bc75-cec21354c6b6";

    private const string Host = "Microsoft.Storage/storageAccounts/sthost";
    private const string Data = "Microsoft.Storage/storageAccounts/stdata";

    public static IEnumerable<string> ExactlyTheMatrix(Deployment deployment)
    {
        var actual = deployment.Snapshot.RoleAssignments.ToHashSet();
        var expected = Matrix(deployment.Snapshot, actual.Any(a => a.Principal == "operator")).ToHashSet();
        return actual.Except(expected).Select(a => $"not in the matrix: {a}")
            .Concat(expected.Except(actual).Select(a => $"missing: {a}"));
    }

    public static IEnumerable<string> OnlyTheIotHubSendsToTheDeviceHub(Deployment deployment)
    {
        var senders = deployment.Snapshot.RoleAssignments.Where(a => a.Role is EventHubsDataSender or EventHubsDataOwner)
            .Where(a => a.Scope == HubScope("devices") || a.Scope == NamespaceScope || a.Scope is "resource group" or "subscription");
        foreach (var sender in senders.Where(a => a.Principal != "iot-hub"))
        {
            yield return $"{sender.Principal} may send to the device hub, by {sender.Role} on {sender.Scope}";
        }
    }

    private const string NamespaceScope = "Microsoft.EventHub/namespaces/evhns-";

    private static IEnumerable<RoleAssignment> Matrix(Snapshot snapshot, bool hasOperator)
    {
        foreach (var hub in snapshot.IngestedHubs)
        {
            yield return new("ingest", EventHubsDataReceiver, HubScope(hub));
        }

        yield return new("ingest", StorageBlobDataOwner, Host);
        yield return new("ingest", StorageTableDataContributor, Host);
        yield return new("ingest", StorageBlobDataContributor, Container("lake"));
        yield return new("ingest", StorageBlobDataContributor, Container("quarantine"));
        yield return new("ingest", StorageTableDataContributor, Data);
        yield return new("ingest", MonitoringMetricsPublisher, "Microsoft.Insights/components/appi-");

        foreach (var container in snapshot.CaptureContainers)
        {
            yield return new("capture", StorageBlobDataContributor, Container(container));
        }

        if (snapshot.HasIotHub)
        {
            yield return new("iot-hub", EventHubsDataSender, HubScope("devices"));
        }

        if (hasOperator)
        {
            yield return new("operator", EventHubsDataSender, HubScope("telemetry"));
            yield return new("operator", StorageBlobDataReader, Container("lake"));
            yield return new("operator", StorageBlobDataReader, Container("quarantine"));
            yield return new("operator", StorageTableDataReader, Data);
            if (snapshot.Single("Microsoft.Web/serverfarms").Text("sku.tier") == "ElasticPremium")
            {
                yield return new("operator", StorageBlobDataContributor, $"{Host}/blobServices/default/containers/app-package");
            }
        }
    }

    private static string HubScope(string hub) => $"{NamespaceScope}/eventhubs/{hub}";

    private static string Container(string name) => $"{Data}/blobServices/default/containers/{name}";
}
