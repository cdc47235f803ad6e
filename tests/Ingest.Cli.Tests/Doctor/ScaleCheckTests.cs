using System.Text;
using Ingest.Cli.Doctor;
using Ingest.Cli.Processes;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Doctor;

public class ScaleCheckTests
{
    private const string Groups = "\"consumerGroups\": [\"ingest\", \"ingest-repair\"]";
    private const string Devices = "{ \"name\": \"devices\", \"partitionCount\": 4, \"retentionHours\": 72, " + Groups + " }";

    private static readonly Dictionary<string, string> NoVariables = [];
    private static readonly AzdEnvironment NoEnvironment = new(null, NoVariables);

    [Fact]
    public void What_the_repository_deploys_is_in_order()
    {
        var root = Repository.FindRoot();
        var examination = ScaleCheck.Examine(
            "host.json", File.ReadAllBytes(Path.Combine(root, "host.json")), ScaleFile.FileName, File.ReadAllBytes(Path.Combine(root, ScaleFile.FileName)), NoEnvironment);

        Assert.Empty(examination.Findings);
        Assert.Equal("4 partitions in telemetry, Standard; Flex Consumption, at most 40 instances of 2048 MB", examination.Summary);
        Assert.True(ScaleCheck.Examine("host.json", null, ScaleFile.FileName, null, NoEnvironment).WasSkipped);
    }

    [Theory]
    [InlineData("flexScale", "{ \"maximumInstanceCount\": 41, \"instanceMemoryMB\": 2048, \"alwaysReady\": [{ \"name\": \"http\", \"instanceCount\": 42 }] }", "42 instances are always ready, of at most 41", "fewer ready")]
    [InlineData("flexScale", "{ \"maximumInstanceCount\": 5, \"instanceMemoryMB\": 2048 }", "At most 5 instances, where the partitions", "40 or more")]
    [InlineData("flexScale", "{ \"maximumInstanceCount\": 1001, \"instanceMemoryMB\": 2048 }", "40 to 1,000 instances", "40 or more")]
    [InlineData("flexScale", "{ \"maximumInstanceCount\": 40, \"instanceMemoryMB\": 1024 }", "no instances of 1024 MB", "512, 2048 or 4096")]
    [InlineData("eventHubs", "{ \"tier\": \"Premium\", \"capacity\": 3 }", "Premium does not come with 3 units", "1, 2, 4, 8 or 16")]
    [InlineData("eventHubs", "{ \"tier\": \"Standard\", \"capacity\": 41 }", "Standard does not come with 41 units", "take Premium")]
    [InlineData("eventHubs", "{ \"tier\": \"Standard\", \"capacity\": 4, \"maximumThroughputUnits\": 3 }", "maximumThroughputUnits is 3", "turn auto-inflate off")]
    [InlineData("eventHubs", "{ \"tier\": \"Basic\", \"capacity\": 1 }", "no tier \"Basic\"", "Standard or Premium")]
    [InlineData("hubs", "[{ \"name\": \"telemetry\", \"partitionCount\": 33, \"retentionHours\": 72, " + Groups + " }, " + Devices + "]", "33 partitions; Standard takes 1 to 32", "or Premium")]
    [InlineData("hubs", "[{ \"name\": \"telemetry\", \"partitionCount\": 4, \"retentionHours\": 169, " + Groups + " }, " + Devices + "]", "169 hours of retention", "at most 168")]
    [InlineData("hubs", "[{ \"name\": \"telemetry\", \"partitionCount\": 4, \"retentionHours\": 72, \"consumerGroups\": [\"ingest\"] }, " + Devices + "]", "telemetry lacks the consumer group ingest-repair", "Add \"ingest-repair\"")]
    [InlineData("hubs", "[" + Devices + "]", "The hub telemetry is not among hubs", "telemetryHubName")]
    [InlineData("repairConsumerGroup", "\"ingest\"", "shares the consumer group ingest", "a group of its own")]
    [InlineData("consumerGroup", "\"other\"", "telemetry lacks the consumer group other", "Add \"other\"")]
    [InlineData("premiumScale", "{ \"maximumInstanceCount\": 5 }", "5 instances for 4 partitions", "to 4 or less", "premium")]
    [InlineData("streamSettings", "[{ \"name\": \"AzureFunctionsJobHost__extensions__eventHubs__targetUnprocessedEventThreshold\", \"value\": \"1\" }]", "reads host.json only", "in host.json")]
    [InlineData("streamSettings", "[{ \"name\": \"Ingest__Delivery__HoldPaus\", \"value\": \"1\" }]", "Nobody reads the setting \"Ingest__Delivery__HoldPaus\"", "HoldPause")]
    [InlineData("flexScale", "{ \"maximumInstanceCount\": \"many\", \"instanceMemoryMB\": 2048 }", "wrong type", "types.bicep")]
    public void Every_contradiction_is_found_with_a_remedy_and_a_line(string parameter, string value, string problem, string remedy, string hosting = "flex")
    {
        var finding = Assert.Single(Examine($"\"{parameter}\": {{ \"value\": {value} }}", 200_000, new() { ["INGEST_HOSTING"] = hosting }));

        Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
        Assert.StartsWith("main.parameters.json(", finding.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, 1)]
    [InlineData(10_001, 0)]
    public void Checkpoint_debt_must_stay_below_the_threshold(int threshold, int findings)
    {
        // 4 partitions × 2,500 in each of the two hubs.
        var found = Examine("\"x\": {}", threshold, new() { ["INGEST_IOT_HUB"] = "true" });

        Assert.Equal(findings * 2, found.Count);
        Assert.Equal(findings, Examine("\"x\": {}", threshold, NoVariables).Count);
        Assert.All(found, f => Assert.Contains("checkpoint debt of", f.Problem, StringComparison.Ordinal));
        Assert.All(found, f => Assert.Contains("ingest plan --apply", f.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_threshold_the_batch_counts_and_is_always_too_little() =>
        Assert.All(Examine("\"x\": {}", null, NoVariables), f => Assert.Contains("There is no targetUnprocessedEventThreshold", f.Problem, StringComparison.Ordinal));

    [Fact]
    public void Partitions_of_the_device_hub_count_where_there_is_an_IoT_Hub()
    {
        const string Scale = "\"flexScale\": { \"value\": { \"maximumInstanceCount\": 40, \"instanceMemoryMB\": 2048 } }, "
            + "\"hubs\": { \"value\": [{ \"name\": \"telemetry\", \"partitionCount\": 32, \"retentionHours\": 72, " + Groups + " }, "
            + "{ \"name\": \"devices\", \"partitionCount\": 8, \"retentionHours\": 72, " + Groups + " }] }";

        Assert.Empty(Examine(Scale, 100_000, NoVariables));
        Assert.Contains("make 42", Assert.Single(Examine(Scale, 100_000, new() { ["INGEST_IOT_HUB"] = "true" })).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(17, 1)]
    public void On_Premium_the_hub_with_the_most_partitions_says_how_many_instances_there_may_be(int instances, int findings)
    {
        var scale = $$"""
            "premiumScale": { "value": { "maximumInstanceCount": {{instances}} } },
            "hubs": { "value": [{ "name": "telemetry", "partitionCount": 4, "retentionHours": 72, {{Groups}} }, { "name": "devices", "partitionCount": 16, "retentionHours": 72, {{Groups}} }] }
            """;

        Assert.Equal(findings, Examine(scale, 100_000, new() { ["INGEST_HOSTING"] = "premium", ["INGEST_IOT_HUB"] = "true" }).Count);
        Assert.Contains("for 4 partitions", Assert.Single(Examine(scale, 100_000, new() { ["INGEST_HOSTING"] = "premium" })).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variables_are_those_of_azds_default_environment_and_of_the_process_for_the_rest()
    {
        using var workspace = new Workspace()
            .With(".azure/config.json", """{ "version": 1, "defaultEnvironment": "prod" }""")
            .With(".azure/dev/.env", "INGEST_HOSTING=\"flex\"\n")
            .With(".azure/prod/.env", "AZURE_ENV_NAME=\"prod\"\nINGEST_HOSTING=\"premium\"\n");

        var environment = AzdEnvironment.Read(workspace.Folder, new Dictionary<string, string> { ["INGEST_HOSTING"] = "flex", ["INGEST_IOT_HUB"] = "true" });

        Assert.Equal(("prod", "premium", "true"), (environment.Name, environment.Variables["INGEST_HOSTING"], environment.Variables["INGEST_IOT_HUB"]));
        Assert.Null(AzdEnvironment.Read(workspace.PathOf(".azure"), NoVariables).Name);
        Assert.Null(AzdEnvironment.Read(workspace.With(".azure/config.json", "[").Folder, NoVariables).Name);
    }

    [Fact]
    public void Memory_is_judged_by_what_is_deployed_unless_the_user_knows_better()
    {
        var file = ScaleFile.Read("p", Encoding.UTF8.GetBytes("""
            { "parameters": {
              "hubs": { "value": [{ "name": "telemetry", "partitionCount": 32 }] },
              "flexScale": { "value": { "maximumInstanceCount": 40, "instanceMemoryMB": 4096, "alwaysReady": [{ "name": "function:IngestTelemetry", "instanceCount": 3 }] } }
            } }
            """));

        Assert.Equal(new BatchMemory(11, 1024, 4096), new MemoryBounds(null, null, null).With(file));
        Assert.Equal(new BatchMemory(2, 300, 512), new MemoryBounds(2, 300, 512).With(file));
        Assert.Equal(new BatchMemory(4, 1024, 2048), new MemoryBounds(null, null, null).With(null));
    }

    private static IReadOnlyList<Finding> Examine(string parameters, int? threshold, Dictionary<string, string> environment)
    {
        var host = $$"""{ "version": "2.0", "extensions": { "eventHubs": { "maxEventBatchSize": 2500{{(threshold is null ? "" : $", \"targetUnprocessedEventThreshold\": {threshold}")}} } } }""";
        var file = $$"""
            { "parameters": {
              "hosting": { "value": "${INGEST_HOSTING=flex}" },
              "deployIotHub": { "value": "${INGEST_IOT_HUB=false}" },
              {{parameters}}
            } }
            """;
        return ScaleCheck.Examine("host.json", Encoding.UTF8.GetBytes(host), "main.parameters.json", Encoding.UTF8.GetBytes(file), new AzdEnvironment(null, environment)).Findings;
    }
}
