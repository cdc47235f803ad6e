using System.Diagnostics;
using System.Text.Json.Nodes;
using Ingest.Cli.Plan;
using Ingest.Cli.Plan.Files;
using Ingest.Infrastructure.Tests.Bicep;
using Ingest.Infrastructure.Tests.Checks;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests;

/// <summary>What <c>ingest plan</c> writes is what the templates take.</summary>
[Collection(BicepCollection.Name)]
public sealed class PlanTests(BicepCli bicep)
{
    /// <summary>Events a second, namespaces, records an event, compression.</summary>
    public static TheoryData<double, int, int, double> Loads => new()
    {
        { 1000, 1, 1, 1 },
        { 100_000, 1, 1, 1 },
        { 1_000_000, 8, 1, 1 },
        { 1_000_000, 1, 100, 8 },
    };

    [BicepTheory, MemberData(nameof(Loads))]
    public async Task Planned_parameters_compile_are_formatted_and_pass_every_check(double rate, int namespaces, int records, double ratio)
    {
        var (files, plan) = Apply(rate, namespaces, records, ratio);
        using var copy = TemplateCopy.Plain();
        var path = copy.PathOf("plan.bicepparam");
        await File.WriteAllTextAsync(path, BicepParameters.Render(files, plan.Host));

        Assert.Empty(await bicep.DiagnoseAsync(path));
        Assert.Equal(await File.ReadAllTextAsync(path), await bicep.FormatAsync(path));

        var snapshot = new Snapshot(BicepCli.EnvironmentName, await bicep.SnapshotAsync(path));
        var deployment = new Deployment(snapshot, Repository.Load() with { HostJson = Text(files.HostJson), MainParameters = Text(files.Parameters) });
        Assert.All(Catalogue.Checks, check => Assert.Empty(check.Value(deployment)));
        Assert.Equal(plan.Capacity.Units, snapshot.EventHubs.Number("sku.capacity"));
        Assert.Equal(plan.Partitions, snapshot.Hubs.Single(h => h.ShortName == "telemetry").Number("properties.partitionCount"));
    }

    [BicepTheory, MemberData(nameof(Loads))]
    public async Task Applied_and_printed_parameters_lead_to_the_same_resources(double rate, int namespaces, int records, double ratio)
    {
        var (files, plan) = Apply(rate, namespaces, records, ratio);
        using var copy = TemplateCopy.Plain();
        var (printed, applied) = (copy.PathOf("printed.bicepparam"), copy.PathOf("applied.bicepparam"));
        await File.WriteAllTextAsync(printed, BicepParameters.Render(files, plan.Host));

        // Bicep itself turns azd's file, with its variables filled in, into parameters.
        var parameters = copy.PathOf("main.parameters.json");
        await File.WriteAllTextAsync(parameters, Azd.Variables.Fill(Text(files.Parameters), BicepCli.Variables));
        await BicepCli.RunAsync("decompile-params", parameters, "--bicep-file", copy.PathOf("main.bicep"), "--outfile", applied, "--force");

        var snapshot = await bicep.SnapshotAsync(applied);
        Assert.True(JsonNode.DeepEquals(snapshot, await bicep.SnapshotAsync(printed)));

        // Neither is what is deployed without a plan.
        await File.WriteAllTextAsync(printed, BicepParameters.Render(Ours(), plan.Host));
        Assert.False(JsonNode.DeepEquals(snapshot, await bicep.SnapshotAsync(printed)));
    }

    [BicepFact]
    public async Task The_defaults_that_plan_and_doctor_know_are_those_of_main_bicep()
    {
        var defaults = ParameterValues.Of(null);
        using var copy = TemplateCopy.Plain();
        var (bare, explicitly) = (copy.PathOf("bare.bicepparam"), copy.PathOf("explicit.bicepparam"));
        var environment = $"using 'main.bicep'\n\nparam environmentName = 'x'\nparam location = 'westeurope'\n";
        await File.WriteAllTextAsync(bare, environment);
        var files = Ours() with
        {
            Parameters = System.Text.Encoding.UTF8.GetBytes(new JsonObject
            {
                ["parameters"] = new JsonObject
                {
                    ["environmentName"] = new JsonObject { ["value"] = "x" },
                    ["location"] = new JsonObject { ["value"] = "westeurope" },
                    ["eventHubs"] = new JsonObject { ["value"] = defaults.EventHubs },
                    ["hubs"] = new JsonObject { ["value"] = defaults.Hubs },
                    ["flexScale"] = new JsonObject { ["value"] = defaults.FlexScale },
                },
            }.ToJsonString()),
        };
        await File.WriteAllTextAsync(explicitly, BicepParameters.Render(files, HostSettings.Of(10, 100, TimeSpan.FromSeconds(10))));

        Assert.True(JsonNode.DeepEquals(await bicep.SnapshotAsync(bare), await bicep.SnapshotAsync(explicitly)));
    }

    private static (PlanFiles Files, IngestPlan Plan) Apply(double rate, int namespaces, int records, double ratio)
    {
        var load = new Workload(rate, 600, records, ratio, 2, TimeSpan.FromSeconds(10), 0.01).Share(namespaces);
        Assert.Empty(Fit.Limits(load, Assumptions.Default));
        var plan = Planner.Decide(load, 4, Assumptions.Default);
        return (Ours().With(plan), plan);
    }

    private static PlanFiles Ours() => PlanFiles.Load(Repository.Root)!;

    private static string Text(byte[] utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
