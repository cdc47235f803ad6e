using System.Text.Json.Nodes;
using Ingest.Cli.Plan;
using Ingest.Infrastructure.Tests.Bicep;
using Ingest.Infrastructure.Tests.Checks;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests;

public sealed record Fault(string Name, string Check, string Environment, Func<Deployment, Deployment> Inject);

/// <summary>What can go wrong in the infrastructure, each with the check that must see it.</summary>
public static class Faults
{
    private const string Space = "Microsoft.EventHub/namespaces";
    private const string Hub = Space + "/eventhubs";
    private const string Account = "Microsoft.Storage/storageAccounts";
    private const string Site = "Microsoft.Web/sites";
    private const string Plan = "Microsoft.Web/serverfarms";
    private const string IotHub = "Microsoft.Devices/IotHubs";
    private const string Scale = "properties.functionAppConfig.scaleAndConcurrency.";

    public static IReadOnlyList<Fault> All { get; } =
    [
        Set("Shared keys of the data account are allowed", "no keys", "dev", Account, "stdata", "properties.allowSharedKeyAccess", true),
        Set("The namespace accepts shared access signatures", "no keys", "dev", Space, "", "properties.disableLocalAuth", false),
        Set("The IoT Hub accepts service keys", "no keys", "prod", IotHub, "", "properties.disableLocalAuth", false),
        Set("Application Insights accepts its instrumentation key", "no keys", "dev", "Microsoft.Insights/components", "", "properties.DisableLocalAuth", false),
        Set("The workspace accepts its key", "no keys", "dev", "Microsoft.OperationalInsights/workspaces", "", "properties.features.disableLocalAuth", false),
        Set("FTP takes a password", "no keys", "dev", Site + "/basicPublishingCredentialsPolicies", "ftp", "properties.allow", true),
        Remove("The policy on SCM passwords is gone", "no keys", "test", Site + "/basicPublishingCredentialsPolicies", "scm"),
        Add("The namespace has a shared access policy", "no keys", "dev", Space + "/authorizationRules", "/x/providers/Microsoft.EventHub/namespaces/n/authorizationRules/all", []),
        Add("A hub has a shared access policy", "no keys", "dev", Hub + "/authorizationRules", "/x/providers/Microsoft.EventHub/namespaces/n/eventhubs/telemetry/authorizationRules/all", []),
        Set("SCM takes a password", "no keys", "test", Site + "/basicPublishingCredentialsPolicies", "scm", "properties.allow", true),
        Setting("A connection string is among the settings", "no keys", "dev", "Data", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b"),
        Template("A template lists keys", "no keys", "modules/storage.bicep", "output id string = account.id", "output key string = account.listKeys().keys[0].value"),
        Set("The data account accepts TLS 1.0", "transport", "dev", Account, "stdata", "properties.minimumTlsVersion", "TLS1_0"),
        Set("The namespace accepts TLS 1.1", "transport", "dev", Space, "", "properties.minimumTlsVersion", "1.1"),
        Set("The IoT Hub accepts TLS 1.0", "transport", "prod", IotHub, "", "properties.minTlsVersion", "1.0"),
        Set("The site accepts TLS 1.0", "transport", "dev", Site, "", "properties.siteConfig.minTlsVersion", "1.0"),
        Set("The data account answers plain HTTP", "transport", "dev", Account, "stdata", "properties.supportsHttpsTrafficOnly", false),
        Set("The site answers plain HTTP", "transport", "dev", Site, "", "properties.httpsOnly", false),
        Set("Blobs are readable by anybody", "transport", "dev", Account, "stdata", "properties.allowBlobPublicAccess", true),
        Set("The public door is open beside private endpoints", "transport", "prod", Account, "stdata", "properties.publicNetworkAccess", "Enabled"),
        Set("The namespace has a public door beside private endpoints", "transport", "prod", Space, "", "properties.publicNetworkAccess", "Enabled"),
        RemoveWhere("The namespace has no private endpoint", "private network", "prod", r => r.Id.EndsWith("/privateEndpoints/pe-event-hubs-" + r.Id.Split('-')[^1], StringComparison.Ordinal)),
        RemoveWhere("A private endpoint is in no zone", "private network", "prod", r => r.Type.EndsWith("/privateDnsZoneGroups", StringComparison.Ordinal) && r.Id.Contains("pe-data-table", StringComparison.Ordinal)),
        RemoveWhere("A zone is not linked to the network", "private network", "prod", r => r.Type.EndsWith("/virtualNetworkLinks", StringComparison.Ordinal) && r.Id.Contains("privatelink.blob", StringComparison.Ordinal)),
        Set("The site stays outside of the network", "private network", "prod", Site, "", "properties.virtualNetworkSubnetId", "/elsewhere"),
        Change("The site's subnet is delegated to the other plan", "private network", "prod", snapshot =>
            snapshot.Single("Microsoft.Network/virtualNetworks").List("properties.subnets").First()["properties"]!["delegations"]![0]!["properties"]!["serviceName"] = "Microsoft.Web/serverFarms"),
        Set("Trusted services may not come in", "private network", "prod", Space + "/networkRuleSets", "", "properties.trustedServiceAccessEnabled", false),
        Set("Capture may not come in", "private network", "prod", Account, "stdata", "properties.networkAcls.bypass", "None"),
        RemoveWhere("The namespace has no diagnostic settings", "diagnostics", "dev", r => r.Type == "Microsoft.Insights/diagnosticSettings" && r.Id.Contains("/Microsoft.EventHub/", StringComparison.Ordinal)),
        RemoveWhere("The site has no diagnostic settings", "diagnostics", "test", r => r.Type == "Microsoft.Insights/diagnosticSettings" && r.Id.Contains("/Microsoft.Web/", StringComparison.Ordinal)),
        Set("Diagnostics go to some other workspace", "diagnostics", "dev", "Microsoft.Insights/diagnosticSettings", "", "properties.workspaceId", "/elsewhere"),
        RemoveWhere("An account reports no capacity", "diagnostics", "dev", r => r.Type == "Microsoft.Insights/diagnosticSettings" && r.Id.Contains("/storageAccounts/stdata", StringComparison.Ordinal) && !r.Id.Contains("Services/default", StringComparison.Ordinal)),
        RemoveWhere("A Premium plan reports nothing", "diagnostics", "test", r => r.Type == "Microsoft.Insights/diagnosticSettings" && r.Id.Contains("/serverfarms/", StringComparison.Ordinal)),
        Set("Diagnostics collect nothing", "diagnostics", "dev", "Microsoft.Insights/diagnosticSettings", "", "properties", new JsonObject()),
        Add("A resource of a new kind does not say whether it reports", "diagnostics", "dev", "Microsoft.Cache/redis", "/x/providers/Microsoft.Cache/redis/r", []),
        Role("The app owns the namespace", "roles", "dev", "ingest", "f526a384-b230-433a-b45c-95f59c4a2dec", "/Microsoft.EventHub/namespaces/evhns-TOKEN"),
        Role("The app writes to every container", "roles", "dev", "ingest", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "/Microsoft.Storage/storageAccounts/stdataTOKEN"),
        Role("The app contributes to the resource group", "roles", "dev", "ingest", "b24988ac-6180-42a0-ab88-20f7382dd24c", null),
        Role("The operator owns the host's blobs", "roles", "test", "operator", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "/Microsoft.Storage/storageAccounts/sthostTOKEN"),
        Role("The operator writes to the lake", "roles", "test", "operator", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "/Microsoft.Storage/storageAccounts/stdataTOKEN/blobServices/default/containers/lake"),
        RemoveWhere("The app may not write to the lake", "roles", "dev", r => r.Type.EndsWith("/roleAssignments", StringComparison.Ordinal) && r.Id.Contains("/containers/lake/", StringComparison.Ordinal)),
        Role("The operator may send to the device hub", "device hub senders", "test", "operator", "2b629674-e913-4c01-ae53-ef4638d8f975", "/Microsoft.EventHub/namespaces/evhns-TOKEN/eventhubs/devices"),
        Role("The app may send to the whole namespace", "device hub senders", "prod", "ingest", "2b629674-e913-4c01-ae53-ef4638d8f975", "/Microsoft.EventHub/namespaces/evhns-TOKEN"),
        NoSetting("A setting of the sample is not deployed", "sample settings", "Ingest__Start"),
        NoSetting("A connection of the sample is not deployed", "sample settings", "Data__"),
        Files("The sample knows a setting that Bicep does not", "sample settings", r => r with { SampleSettings = Texts.ReplaceOnce(r.SampleSettings, "\"Ingest__Start\"", "\"Ingest__New\": \"x\", \"Ingest__Start\"") }),
        Files("The sample lacks a setting that is deployed", "sample settings", r => r with { SampleSettings = Texts.ReplaceOnce(r.SampleSettings, "\"RepairConsumerGroup\"", "\"RepairGroup\"") }),
        Setting("A deployed option is one that no class has", "bound settings", "dev", "Ingest__Telemetry__BytesPerHour", "1"),
        NoSetting("A setting that the code reads is not deployed", "bound settings", "RepairConsumerGroup"),
        Setting("The function of device events runs without a hub", "switches", "dev", "AzureWebJobs.IngestDevices.Disabled", "false"),
        Setting("The function of device events is switched off beside its hub", "switches", "prod", "AzureWebJobs.IngestDevices.Disabled", "true"),
        Setting("A setting that nobody reads is deployed", "bound settings", "dev", "Ingest__Strems", "streams.json"),
        Source("The code reads a new setting", "bound settings", "Ingest.Functions/IngestHubs.cs", "configuration[\"TelemetryHub\"]", "configuration[\"OtherHub\"]"),
        Setting("The data connection has no identity", "connections", "dev", "Data__credential", "connectionstring"),
        Setting("The data connection has the identity of somebody else", "connections", "dev", "Data__clientId", "[reference('/x/userAssignedIdentities/id-capture-x').clientId]"),
        Setting("Premium runs from a package on a file share", "connections", "test", "WEBSITE_RUN_FROM_PACKAGE", "1"),
        Setting("Premium's package is read without an identity", "connections", "test", "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID", ""),
        Setting("The data goes into the host's account", "connections", "dev", "Data__blobServiceUri", "[reference('/x/storageAccounts/sthostx').primaryEndpoints.blob]"),
        NoSetting("The telemetry budget is not deployed", "bound settings", "Ingest__Telemetry__BytesPerMinute"),
        NoSetting("Application Insights is written to with a key", "connections", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"),
        AlwaysReady("Always-ready names a function that does not exist", "function:IngestEverything"),
        AlwaysReady("Always-ready lacks its prefix", "IngestTelemetry"),
        AlwaysReady("Always-ready names an HTTP function by itself", "function:Status"),
        Source("A function was renamed", "always ready", "Ingest.Functions/IngestTelemetry.cs", "[Function(nameof(IngestTelemetry))]", "[Function(\"Ingest\")]", "prod"),
        Setting("The trigger's hub is not deployed", "triggers", "dev", "TelemetryHub", "telemetri"),
        Setting("The trigger's consumer group does not exist", "triggers", "dev", "ConsumerGroup", "other"),
        RemoveWhere("The consumer group of gap repair does not exist", "triggers", "dev", r => r.Id.EndsWith("/telemetry/consumergroups/ingest-repair", StringComparison.Ordinal)),
        Setting("Gap repair shares the trigger's consumer group", "triggers", "dev", "RepairConsumerGroup", "ingest"),
        Source("The trigger's connection was renamed", "triggers", "Ingest.Functions/IngestTelemetry.cs", "Connection = \"EventHub\"", "Connection = \"Hub\""),
        Set("Flex has fewer instances than partitions", "instances", "prod", Site, "", Scale + "maximumInstanceCount", 65),
        Set("Premium has more instances than partitions", "instances", "test", Plan, "", "properties.maximumElasticWorkerCount", 9),
        Set("Premium's plan and app differ in their limit", "instances", "test", Site, "", "properties.siteConfig.functionAppScaleLimit", 7),
        Set("A zone-redundant Premium plan has one instance", "instances", "test", Plan, "", "properties.zoneRedundant", true),
        Host("A threshold below the checkpoint debt", "\"targetUnprocessedEventThreshold\": 100000", "\"targetUnprocessedEventThreshold\": 4000"),
        Set("The device hub's checkpoint debt is above the threshold", "host.json", "prod", Hub, "devices", "properties.partitionCount", 64),
        Files("The pipeline drops a variable", "pipeline", r => r with { Workflow = Texts.ReplaceOnce(r.Workflow, "      INGEST_IOT_HUB:", "      INGEST_IOTHUB:") }),
        Files("The pipeline uploads the package under another name", "pipeline", r => r with { Workflow = Texts.ReplaceOnce(r.Workflow, "--name ingest.zip", "--name app.zip") }, "test"),
        Files("The pipeline names the principal itself", "pipeline", r => r with { Workflow = Texts.ReplaceOnce(r.Workflow, "vars.INGEST_OPERATOR_ID", "vars.AZURE_PRINCIPAL_ID") }),
        Files("The pipeline deploys what was not tested", "pipeline", r => r with { Workflow = Texts.ReplaceOnce(r.Workflow, "    needs: test\n", "") }),
        Files("The pipeline has no tests", "pipeline", r => r with { Workflow = Texts.ReplaceOnce(r.Workflow, "    uses: ./.github/workflows/ci.yml\n", "") }),
        Files("The tests cannot be called", "pipeline", r => r with { TestWorkflow = Texts.ReplaceOnce(r.TestWorkflow, "  workflow_call:\n", "") }),
        Files("The pipeline logs in with a secret", "pipeline", r => r with { Workflow = Texts.ReplaceOnce(r.Workflow, "vars.AZURE_CLIENT_ID }}", "secrets.AZURE_CLIENT_ID }}") }),
        Host("No threshold", "\"targetUnprocessedEventThreshold\": 100000,", ""),
        Host("Batches that take more memory than there is", "\"maxEventBatchSize\": 2500", "\"maxEventBatchSize\": 100000"),
        Host("Less is prefetched than a batch", "\"prefetchCount\": 4000", "\"prefetchCount\": 2000"),
        Host("A batch can never begin", "\"minEventBatchSize\": 1000", "\"minEventBatchSize\": 2500"),
        Host("Several batches a checkpoint", "\"batchCheckpointFrequency\": 1", "\"batchCheckpointFrequency\": 5"),
        Host("The host begins at the end", "fromStart", "fromEnd"),
        Setting("The threshold is in a setting", "host.json", "dev", "AzureFunctionsJobHost__extensions__eventHubs__targetUnprocessedEventThreshold", "1000"),
        Set("Too many partitions for Standard", "tier limits", "dev", Hub, "telemetry", "properties.partitionCount", 33),
        Set("Too long a retention for Standard", "tier limits", "dev", Hub, "telemetry", "properties.retentionDescription.retentionTimeInHours", 169),
        Set("Too many partitions for Premium", "tier limits", "prod", Hub, "telemetry", "properties.partitionCount", 101),
        Set("A tier that there is no rule for", "tier limits", "dev", Space, "", "sku.name", "Basic"),
        Set("More units than Standard has", "tier limits", "dev", Space, "", "sku.capacity", 41),
        Set("Too long a retention for Premium", "tier limits", "prod", Hub, "devices", "properties.retentionDescription.retentionTimeInHours", 2161),
        Change("Too many consumer groups for Standard", "tier limits", "dev", snapshot =>
        {
            foreach (var i in Enumerable.Range(0, 18))
            {
                Append(snapshot, Hub + "/consumergroups", $"{snapshot.Hubs.First().Id}/consumergroups/more-{i}", []);
            }
        }),
        Set("Fewer instances than Flex's setting takes", "tier limits", "dev", Site, "", Scale + "maximumInstanceCount", 39),
        Set("Three processing units", "tier limits", "prod", Space, "", "sku.capacity", 3),
        Set("Auto-inflate below what it begins with", "tier limits", "test", Space, "", "properties.maximumThroughputUnits", 1),
        Set("Auto-inflate on Premium", "tier limits", "prod", Space, "", "properties.isAutoInflateEnabled", true),
        Set("An instance memory that Flex does not have", "tier limits", "dev", Site, "", Scale + "instanceMemoryMB", 1024),
        RemoveWhere("The quarantine has no container", "stores", "dev", r => r.Id.EndsWith("/containers/quarantine", StringComparison.Ordinal)),
        RemoveWhere("The progress has no table", "stores", "dev", r => r.Id.EndsWith("/tables/IngestProgress", StringComparison.Ordinal)),
        RemoveWhere("What is captured has no container", "stores", "prod", r => r.Id.EndsWith("/containers/capture", StringComparison.Ordinal)),
        RemoveWhere("The host shares the data account", "stores", "dev", r => r.Id.EndsWith("/containers/app-package", StringComparison.Ordinal)),
        Lifecycle("A segment is deleted within the week its publication may take", rule => rule["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"] = 7),
        Lifecycle("A segment moves on its first day", rule => rule["actions"]!["baseBlob"]!["tierToCool"]!["daysAfterModificationGreaterThan"] = 0),
        Lifecycle("A rule covers the whole account", rule => rule["filters"]!["prefixMatch"] = new JsonArray()),
        Lifecycle("A rule counts from the creation", rule => rule["actions"]!["baseBlob"]!["delete"] = new JsonObject { ["daysAfterCreationGreaterThan"] = 365 }),
        Lifecycle("No rule covers the lake", rule => rule["filters"]!["prefixMatch"] = new JsonArray("lakes/")),
        Set("The fallback route is off", "iot routing", "prod", IotHub, "", "properties.routing.fallbackRoute.isEnabled", false),
        Set("The IoT Hub does not enrich", "iot routing", "prod", IotHub, "", "properties.routing.enrichments", new JsonArray()),
        Set("The IoT Hub routes nothing", "iot routing", "prod", IotHub, "", "properties.routing.routes", new JsonArray()),
        Set("The IoT Hub's routes lead elsewhere", "iot routing", "prod", IotHub, "", "properties.routing.endpoints.eventHubs", new JsonArray()),
        Endpoint("The IoT Hub routes with a key", "authenticationType", "keyBased"),
        Endpoint("The IoT Hub routes to the telemetry hub", "entityPath", "telemetry"),
        Endpoint("The IoT Hub routes by the identity of somebody else", "identity", new JsonObject { ["userAssignedIdentity"] = "/x/userAssignedIdentities/id-ingest-x" }),
        Setting("The device hub is switched off beside an IoT Hub", "iot routing", "prod", "DeviceHub", ""),
        Query("A query reads a metric that is not emitted", "events-absent.kql", "ingest.events.absent", "ingest.events.missing"),
        Source("A storage instrument was renamed", "queries", "Ingest.Storage/Throttling/ThrottlingMeter.cs", "\"ingest.storage.requests\"", "\"ingest.storage.attempts\""),
        Query("A query reads a tag that is not emitted", "events-absent.kql", "Properties.partition", "Properties.shard"),
        Files("The workbook waits for words that are not logged", "queries", r => r with { Workbook = Texts.ReplaceOnce(r.Workbook, "contains \\\": held: \\\"", "contains \\\": on hold: \\\"") }),
        Files("No instruments are left", "queries", r => r with { Sources = r.Sources.Where(s => !s.Key.EndsWith("Meter.cs", StringComparison.Ordinal)).ToDictionary() }),
        Query("An alert leaves out a line that is not critical", "critical-log.kql", "\"105\"", "\"103\""),
        Source("The span of a batch was renamed", "queries", "Ingest.Pipeline/Telemetry/IngestTracing.cs", "{batch.Partition.Hub} process", "{batch.Partition.Hub} batch"),
        Files("The workbook reckons with other prices than the plan", "queries", r => r with { Workbook = Texts.ReplaceOnce(r.Workbook, "let premiumUnitHour = 1.35", "let premiumUnitHour = 1.45") }),
        Files("The workbook's prices have no date", "queries", r => r with { Workbook = Texts.ReplaceOnce(r.Workbook, Assumptions.Default.Date, "today") }),
        Set("A placeholder of the workbook is left", "queries", "dev", "Microsoft.Insights/workbooks", "", "properties.serializedData", "let units = __HUB_UNITS__;"),
        Query("A query reads a platform metric that does not exist", "backlog.kql", "IncomingMessages", "MessagesIn"),
        Query("A query reads a column that its table does not have", "failed-invocations.kql", "= OperationName", "= OperationTitle"),
        Query("A query reads a column of another table", "events-absent.kql", "sum(Sum)", "sum(Total)"),
        Query("A query reads a table that telemetry does not go to", "events-absent.kql", "AppMetrics", "CustomMetrics"),
        Files("The workbook reads a metric that is not emitted", "queries", r => r with { Workbook = Texts.ReplaceOnce(r.Workbook, "ingest.batch.size", "ingest.batch.length") }),
        Source("An instrument was renamed", "queries", "Ingest.Pipeline/Telemetry/IngestMeter.cs", "\"ingest.events.committed\"", "\"ingest.events.durable\""),
        Source("A tag was renamed", "queries", "Ingest.Pipeline/Telemetry/IngestMeter.cs", "new(\"reason\"", "new(\"fault\""),
        Set("An alert goes to nobody", "alerts", "dev", "Microsoft.Insights/scheduledQueryRules", "", "properties.actions.actionGroups", new JsonArray()),
        Change("The budget tells nobody", "alerts", "prod", snapshot =>
            snapshot.Single("Microsoft.Consumption/budgets")["properties.notifications.actualAt80Percent"]!["contactGroups"] = new JsonArray()),
        Set("A metric alert goes to nobody", "alerts", "dev", "Microsoft.Insights/metricAlerts", "", "properties.actions", new JsonArray()),
        Criterion("An alert measures a column that its query lacks", "Microsoft.Insights/scheduledQueryRules", "metricMeasureColumn", "lag"),
        Criterion("A metric alert watches a metric that does not exist", "Microsoft.Insights/metricAlerts", "metricName", "Throttles"),
        RemoveWhere("A query has no alert", "alerts", "dev", r => r.Id.EndsWith("-partition-held", StringComparison.Ordinal)),
        Files("azure.yaml renames the service", "azd", r => r with { AzureYaml = Texts.ReplaceOnce(r.AzureYaml, "  ingest:", "  functions:") }),
        Files("azure.yaml names a folder without an app", "azd", r => r with { AzureYaml = Texts.ReplaceOnce(r.AzureYaml, "functions/Ingest.Functions", "src/Ingest") }),
        Files("azure.yaml names no templates", "azd", r => r with { AzureYaml = Texts.ReplaceOnce(r.AzureYaml, "path: bicep", "path: infra") }),
        Files("main.parameters.json sets what main.bicep lacks", "azd", r => r with { MainParameters = Texts.ReplaceOnce(r.MainParameters, "\"hosting\"", "\"hostingPlan\"") }),
        Files("main.parameters.json does not say where", "azd", r => r with { MainParameters = Texts.ReplaceOnce(r.MainParameters, "\"location\"", "\"consumerGroup\"") }),
        Set("The resource group belongs to no environment of azd", "azd", "dev", "Microsoft.Resources/resourceGroups", "", "tags", new JsonObject()),
        Set("An alert changed its severity", "operations", "dev", "Microsoft.Insights/scheduledQueryRules", "", "properties.severity", 4),
        Files("An alert is not described", "operations", r => r with { Operations = Texts.ReplaceOnce(r.Operations, "| `partition-held` (1)", "| held (1)") }),
        RemoveWhere("The alert on Capture is described and not deployed beside a Capture", "operations", "prod", r => r.Id.EndsWith("-capture-backlog", StringComparison.Ordinal)),
        Files("An alert that does not exist is described", "operations", r => r with { Operations = r.Operations + "\n| `silence` (1) | | |" }),
        Source("A critical line is new", "operations", "Ingest.Pipeline/Telemetry/IngestLog.cs", "LoggerMessage(112, LogLevel.Warning", "LoggerMessage(112, LogLevel.Critical"),
        Source("A critical line is no longer one", "operations", "Ingest.Pipeline/Telemetry/IngestLog.cs", "LoggerMessage(116, LogLevel.Critical", "LoggerMessage(116, LogLevel.Warning"),
        Files("The alert on critical lines leaves one out that the page explains", "operations", r => r with { Queries = Replaced(r.Queries, "critical-log.kql", "\"105\"", "\"118\"") }),
        Files("A variable of azd is not described", "operations", r => r with { MainParameters = Texts.ReplaceOnce(r.MainParameters, "INGEST_HOSTING", "INGEST_PLAN") }),
        Source("A trigger names its hub itself", "triggers", "Ingest.Functions/IngestTelemetry.cs", "\"%TelemetryHub%\"", "\"telemetry\""),
        Set("The site lost its tag", "azd", "dev", Site, "", "tags", new JsonObject()),
    ];

    private static Fault Change(string name, string check, string environment, Action<Snapshot> change) => new(name, check, environment, deployment =>
    {
        var copy = deployment.Snapshot.Copy();
        change(copy);
        return deployment with { Snapshot = copy };
    });

    private static Fault Files(string name, string check, Func<Repository, Repository> change, string environment = "dev") =>
        new(name, check, environment, deployment => deployment with { Repository = change(deployment.Repository) });

    private static Fault Set(string name, string check, string environment, string type, string prefix, string path, JsonNode value) =>
        Change(name, check, environment, snapshot =>
        {
            var resource = snapshot.Of(type).First(r => r.ShortName.StartsWith(prefix, StringComparison.Ordinal));
            var parent = path.Contains('.') ? resource[path[..path.LastIndexOf('.')]]!.AsObject() : resource.Json;
            parent[path[(path.LastIndexOf('.') + 1)..]] = value.DeepClone();
        });

    private static Fault Remove(string name, string check, string environment, string type, string shortName) =>
        RemoveWhere(name, check, environment, r => r.Type == type && r.ShortName == shortName);

    private static Fault RemoveWhere(string name, string check, string environment, Func<Resource, bool> which) =>
        Change(name, check, environment, snapshot =>
        {
            var resource = snapshot.Resources.First(which).Json;
            snapshot.Json["predictedResources"]!.AsArray().Remove(resource);
        });

    private static Fault Add(string name, string check, string environment, string type, string id, JsonObject properties) =>
        Change(name, check, environment, snapshot => Append(snapshot, type, id, properties));

    private static void Append(Snapshot snapshot, string type, string id, JsonObject properties) => snapshot.Json["predictedResources"]!.AsArray()
        .Add(new JsonObject { ["type"] = type, ["id"] = id, ["name"] = id.Split('/')[^1], ["properties"] = properties.DeepClone() });

    private static Fault Role(string name, string check, string environment, string principal, string role, string? scope) =>
        Change(name, check, environment, snapshot => Append(
            snapshot,
            "Microsoft.Authorization/roleAssignments",
            $"/subscriptions/s/resourceGroups/rg{(scope is null ? "" : "/providers" + scope.Replace("TOKEN", snapshot.Token, StringComparison.Ordinal))}/providers/Microsoft.Authorization/roleAssignments/a",
            new JsonObject
            {
                ["principalId"] = principal == "operator" ? "11111111-1111-1111-1111-111111111111" : $"[reference('/x/userAssignedIdentities/id-{principal}-{snapshot.Token}', 'v').principalId]",
                ["roleDefinitionId"] = $"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{role}",
            }));

    private static Fault Setting(string name, string check, string environment, string setting, string value) =>
        Change(name, check, environment, snapshot =>
        {
            var settings = Settings(snapshot);
            RemoveSettings(settings, s => s == setting);
            settings.Add(new JsonObject { ["name"] = setting, ["value"] = value });
        });

    private static Fault NoSetting(string name, string check, string prefix) => Change(name, check, "dev", snapshot =>
    {
        if (RemoveSettings(Settings(snapshot), s => s.StartsWith(prefix, StringComparison.Ordinal)) == 0)
        {
            throw new InvalidOperationException($"No setting begins with {prefix}.");
        }
    });

    private static JsonArray Settings(Snapshot snapshot) => snapshot.Site["properties.siteConfig.appSettings"]!.AsArray();

    private static int RemoveSettings(JsonArray settings, Func<string, bool> which) => settings.RemoveAll(s => which((string)s!["name"]!));

    private static Fault AlwaysReady(string name, string group) =>
        Set(name, "always ready", "prod", Site, "", Scale + "alwaysReady", new JsonArray(new JsonObject { ["name"] = group, ["instanceCount"] = 1 }));

    private static Fault Lifecycle(string name, Action<JsonNode> change) => Change(name, "lifecycle", "dev", snapshot =>
        change(snapshot.Single(Account + "/managementPolicies").List("properties.policy.rules").First()["definition"]!));

    private static Fault Endpoint(string name, string property, JsonNode value) => Change(name, "iot routing", "prod", snapshot =>
        snapshot.Single(IotHub).List("properties.routing.endpoints.eventHubs").Single()[property] = value.DeepClone());

    private static Fault Criterion(string name, string type, string property, string value) => Change(name, "alerts", "dev", snapshot =>
        snapshot.Of(type).First().List("properties.criteria.allOf").Single()[property] = value);

    private static Fault Host(string name, string original, string replacement) =>
        Files(name, "host.json", r => r with { HostJson = Texts.ReplaceOnce(r.HostJson, original, replacement) });

    private static Fault Query(string name, string file, string original, string replacement) =>
        Files(name, "queries", r => r with { Queries = Replaced(r.Queries, file, original, replacement) });

    private static Fault Template(string name, string check, string file, string original, string replacement) =>
        Files(name, check, r => r with { Templates = Replaced(r.Templates, file, original, replacement) });

    private static Fault Source(string name, string check, string file, string original, string replacement, string environment = "dev") =>
        Files(name, check, r => r with { Sources = Replaced(r.Sources, file, original, replacement) }, environment);

    private static Dictionary<string, string> Replaced(IReadOnlyDictionary<string, string> files, string file, string original, string replacement) =>
        new(files) { [file] = Texts.ReplaceOnce(files[file], original, replacement) };
}
