using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Infrastructure.Tests.Checks;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Bicep;

[Collection(BicepCollection.Name)]
public sealed partial class TemplateTests(BicepCli bicep)
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Repository.Templating, "*.*", SearchOption.AllDirectories)
        .Where(f => Path.GetExtension(f) is ".bicep" or ".bicepparam").Select(f => Path.GetRelativePath(Repository.Templating, f)).Order()];

    public static TheoryData<string> Environments => [.. Repository.Environments];

    /// <summary>What goes wrong in a template, and the code or text that must be reported for it.</summary>
    public static TheoryData<string, string, string, string> TemplateFaults => new()
    {
        { "modules/storage.bicep", "accessTier: 'Hot'", "accesTier: 'Hot'", "BCP" },
        { "modules/storage.bicep", "param tags object", "param tags object\nparam nobodyReads string = ''", "no-unused-params" },
        { "modules/identity.bicep", "@2024-11-30' = {", "@2024-11-30' = {\n  parent: nothing", "BCP" },
        { "environments/dev.bicepparam", "param location = 'westeurope'", "param location = 'westeurope'\nparam hosting = 'consumption'", "BCP" },
        { "environments/prod.bicepparam", "instanceMemoryMB: 2048", "instanceMemoryMB: 777", "BCP" },
        { "environments/prod.bicepparam", "capacity: 2 }", "capacity: 3 }", "BCP" },
        { "environments/prod.bicepparam", "partitionCount: 32\n", "partitionCount: 5000\n", "BCP" },
    };

    /// <summary>Parameters that are each fine and together are not: the text replaced, its replacement, and the guard's words.</summary>
    public static TheoryData<string, string, string, string> GuardedFaults => new()
    {
        { "test", "partitionCount: 8", "partitionCount: 33", "at most 32 partitions" },
        { "test", "retentionHours: 168, consumerGroups: ['ingest', 'ingest-repair'] }\n]", "retentionHours: 169, consumerGroups: ['ingest', 'ingest-repair'] }\n]", "at most 168 hours" },
        { "test", "consumerGroups: ['ingest', 'ingest-repair'] }\n]", "consumerGroups: ['ingest'] }\n]", "lacks consumerGroup" },
        { "test", "name: 'devices'", "name: 'gadgets'", "deviceHubName names none" },
        { "test", "maximumInstanceCount: 8", "maximumInstanceCount: 9", "above the partitions" },
        { "test", "param deployIotHub = true", "param deployIotHub = true\nparam zoneRedundant = true", "at least three instances" },
        { "test", "minimumInstanceCount: 1", "minimumInstanceCount: 9", "minimumInstanceCount is above" },
        { "test", "param deployIotHub = true", "param deployIotHub = true\nparam telemetryHubName = 'telemetri'", "telemetryHubName names none" },
        { "test", "consumerGroups: ['ingest', 'ingest-repair'] }\n]", "consumerGroups: ['ingest', 'ingest-repair', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r'] }\n]", "at most 20 consumer groups" },
        { "prod", "maximumInstanceCount: 80", "maximumInstanceCount: 65", "below the partitions" },
        { "prod", "param deployIotHub = true", "param deployIotHub = true\nparam deviceHubName = 'telemetry'", "must differ" },
    };

    [Fact]
    public void Every_guard_of_main_bicep_has_parameters_that_it_was_seen_to_refuse()
    {
        var guards = Guard().Matches(File.ReadAllText(Path.Combine(Repository.Templating, "main.bicep"))).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(guards);
        Assert.All(guards, guard => Assert.Contains(GuardedFaults, fault => guard.Contains((string)fault[3], StringComparison.Ordinal)));
    }

    [BicepTheory, MemberData(nameof(Files))]
    public async Task Every_template_compiles_without_a_diagnostic(string file) =>
        Assert.Empty(await bicep.DiagnoseAsync(Path.Combine(Repository.Templating, file)));

    [BicepTheory, MemberData(nameof(Files))]
    public async Task Every_template_is_formatted(string file)
    {
        var path = Path.Combine(Repository.Templating, file);
        Assert.Equal(await bicep.FormatAsync(path), await File.ReadAllTextAsync(path));
    }

    [BicepTheory, MemberData(nameof(Environments))]
    public async Task Every_snapshot_is_current(string environment)
    {
        var current = await bicep.SnapshotAsync(Path.Combine(Repository.Templating, "environments", environment + ".bicepparam"));
        Assert.True(
            JsonNode.DeepEquals(current, Repository.Snapshot(environment).Json),
            $"bicep snapshot bicep/environments/{environment}.bicepparam --mode overwrite --subscription-id 00000000-0000-0000-0000-000000000001 --location westeurope --deployment-name main");
    }

    [BicepFact]
    public async Task A_changed_template_makes_its_snapshot_stale()
    {
        using var copy = TemplateCopy.With("modules/storage.bicep", "days: 7 }\n    containerDelete", "days: 6 }\n    containerDelete");
        var changed = await bicep.SnapshotAsync(copy.PathOf("environments/dev.bicepparam"));
        Assert.False(JsonNode.DeepEquals(changed, Repository.Snapshot("dev").Json));
    }

    [BicepFact]
    public async Task An_unformatted_template_differs_from_what_the_formatter_makes_of_it()
    {
        using var copy = TemplateCopy.With("modules/identity.bicep", "  name: name", "     name: name");
        var path = copy.PathOf("modules/identity.bicep");
        Assert.NotEqual(await bicep.FormatAsync(path), await File.ReadAllTextAsync(path));
    }

    [BicepTheory, MemberData(nameof(TemplateFaults))]
    public async Task A_fault_in_a_template_is_reported(string file, string original, string fault, string expected)
    {
        using var copy = TemplateCopy.With(file, original, fault);
        var diagnostics = await bicep.DiagnoseAsync(copy.PathOf(file));
        Assert.Contains(diagnostics, d => d.Contains(expected, StringComparison.Ordinal));
    }

    [BicepFact]
    public async Task On_Premium_the_hub_with_the_most_partitions_says_how_many_instances_there_may_be()
    {
        using var copy = TemplateCopy.With("environments/test.bicepparam", "partitionCount: 4", "partitionCount: 16");
        var path = copy.PathOf("environments/test.bicepparam");
        await File.WriteAllTextAsync(path, Texts.ReplaceOnce(await File.ReadAllTextAsync(path), "maximumInstanceCount: 8", "maximumInstanceCount: 16"));

        var snapshot = new Snapshot("test", await bicep.SnapshotAsync(path));

        Assert.Equal(16, snapshot.Single("Microsoft.Web/serverfarms").Number("properties.maximumElasticWorkerCount"));
        Assert.Empty(ScaleChecks.InstancesFitThePartitions(new Deployment(snapshot, Repository.Load())));
    }

    [BicepFact]
    public async Task Whoever_is_named_sends_and_reads_and_whoever_deploys_uploads_the_package()
    {
        const string deployer = "11111111-1111-1111-1111-111111111111";
        const string named = "22222222-2222-2222-2222-222222222222";
        using var copy = TemplateCopy.With("environments/test.bicepparam", "param principalType = 'Group'", $"param principalType = 'ServicePrincipal'\nparam operatorId = '{named}'");
        var snapshot = new Snapshot("test", await bicep.SnapshotAsync(copy.PathOf("environments/test.bicepparam")));

        (string Type, string Scope)[] Of(string principal) =>
            [.. snapshot.Of("Microsoft.Authorization/roleAssignments").Where(r => r.Text("properties.principalId") == principal).Select(r => (r.Text("properties.principalType")!, r.Id))];
        var upload = Assert.Single(Of(deployer));
        Assert.Equal("ServicePrincipal", upload.Type);
        Assert.Contains("/containers/app-package/", upload.Scope, StringComparison.Ordinal);
        Assert.Equal(4, Of(named).Length);
        Assert.All(Of(named), role => Assert.Equal(("User", false), (role.Type, role.Scope.Contains("/containers/app-package/", StringComparison.Ordinal))));
        Assert.Empty(RoleChecks.ExactlyTheMatrix(new Deployment(snapshot, Repository.Load())));
    }

    [BicepFact]
    public async Task Elastic_Premium_in_a_private_network_passes_every_check()
    {
        using var copy = TemplateCopy.With("environments/test.bicepparam", "param deployIotHub = true", "param deployIotHub = true\nparam privateNetworking = true");
        var snapshot = new Snapshot("test", await bicep.SnapshotAsync(copy.PathOf("environments/test.bicepparam")));

        Assert.NotEmpty(snapshot.Of("Microsoft.Network/privateEndpoints"));
        Assert.All(Catalogue.Checks, check => Assert.Empty(check.Value(new Deployment(snapshot, Repository.Load()))));
        Assert.True(snapshot.Site.Flag("properties.siteConfig.functionsRuntimeScaleMonitoringEnabled"));
    }

    [BicepTheory, MemberData(nameof(GuardedFaults))]
    public async Task Parameters_that_contradict_each_other_are_refused(string environment, string original, string fault, string expected)
    {
        var file = $"environments/{environment}.bicepparam";
        using var copy = TemplateCopy.With(file, original, fault);
        var refusal = await Assert.ThrowsAsync<BicepException>(() => bicep.SnapshotAsync(copy.PathOf(file)));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"fail\('([^']+)'\)")]
    private static partial Regex Guard();
}
