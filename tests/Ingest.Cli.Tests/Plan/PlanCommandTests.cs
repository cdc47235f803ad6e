using System.Text.Json;
using System.Text.RegularExpressions;
using Ingest.Cli.Plan.Files;
using Ingest.Cli.Processes;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Plan;

public class PlanCommandTests
{
    private static readonly string[] Hundred = ["plan", "--events-per-second", "100000", "--bytes", "600"];

    [Fact]
    public async Task Json_is_one_line_with_every_decision()
    {
        var (code, output, error) = await Workspace.RunAsync([.. Hundred, "--json"]);

        Assert.Equal(ExitCode.Fine, code);
        using var json = JsonDocument.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(
            ["tier", "units", "maximumUnits", "partitions", "maxEventBatchSize", "minEventBatchSize", "maxWaitSeconds", "prefetchCount", "targetUnprocessedEventThreshold",
                "instanceMemoryMB", "maximumInstanceCount", "alwaysReady", "tableKeySpread", "storageAccounts"],
            json.RootElement.GetProperty("plan").EnumerateObject().Select(p => p.Name));
        Assert.True(json.RootElement.GetProperty("cost").GetProperty("total").GetDouble() > 10_000);
        Assert.True(json.RootElement.GetProperty("simulation").GetProperty("meetsTarget").GetBoolean());
        Assert.Contains("A simulated day", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_exits_3_with_limit_namespaces_and_packing_and_fits_with_them()
    {
        string[] million = ["plan", "--events-per-second", "1000000", "--bytes", "600"];
        var (code, output, error) = await Workspace.RunAsync([.. million, "--json"]);

        Assert.Equal(ExitCode.CannotBeDone, code);
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("fits").GetBoolean());
        Assert.Equal(8, json.RootElement.GetProperty("namespaces").GetInt32());
        Assert.Equal(20, json.RootElement.GetProperty("packing").GetProperty("recordsPerEvent").GetInt32());
        Assert.Contains("80 MB/s; the average is 600", error, StringComparison.Ordinal);
        Assert.Contains("--namespaces 8", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Fine, (await Workspace.RunAsync([.. million, "--namespaces", "8"])).Code);
        Assert.Equal(ExitCode.CannotBeDone, (await Workspace.RunAsync([.. million, "--namespaces", "7"])).Code);
        Assert.Equal(ExitCode.Fine, (await Workspace.RunAsync([.. million, "--records-per-event", "20", "--compression-ratio", "3.8", "--namespaces", "2"])).Code);
    }

    [Fact]
    public async Task What_a_region_has_for_Flex_is_compared_with_all_deployments_together()
    {
        string[] million = ["plan", "--events-per-second", "1000000", "--bytes", "600", "--namespaces", "8"];

        Assert.Contains("512,000", (await Workspace.RunAsync(million)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("512,000", (await Workspace.RunAsync(Hundred)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_lag_out_of_reach_exits_1()
    {
        var (code, output, _) = await Workspace.RunAsync([.. Hundred, "--target-lag", "1s"]);

        Assert.Equal(ExitCode.No, code);
        Assert.Contains("above the target of 1s", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--events-per-second", "0", "--bytes", "1")]
    [InlineData("--events-per-second", "10")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--peak", "0.5")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--peak", "NaN")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--target-lag", "10")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--namespaces", "0")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--json", "--bicepparam")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--assumptions", "/nonexistent")]
    [InlineData("--events-per-second", "10", "--bytes", "1", "--folder", "/nonexistent")]
    public async Task Bad_usage_exits_2(params string[] arguments)
    {
        var (code, output, error) = await Workspace.RunAsync(["plan", .. arguments]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("", output);
        Assert.NotEqual("", error.Trim());
    }

    [Fact]
    public async Task Apply_rewrites_the_numbers_and_keeps_what_else_is_written()
    {
        using var workspace = WithOurFiles();
        var (hostBefore, parametersBefore) = (Read(workspace, "host.json"), Read(workspace, PlanFiles.ParametersName));

        Assert.Equal(ExitCode.Fine, (await Workspace.RunAsync([.. Hundred, "--folder", workspace.Folder, "--apply"])).Code);

        var (host, parameters) = (Read(workspace, "host.json"), Read(workspace, PlanFiles.ParametersName));
        Assert.Equal(Numberless(hostBefore), Numberless(host));
        Assert.Contains("\"targetUnprocessedEventThreshold\": 310000,", host, StringComparison.Ordinal);
        Assert.StartsWith(parametersBefore[..parametersBefore.LastIndexOf("\"zoneRedundant\"", StringComparison.Ordinal)], parameters, StringComparison.Ordinal);
        Assert.Contains("\"eventHubs\": { \"value\": { \"tier\": \"Premium\", \"capacity\": 16 } }", parameters, StringComparison.Ordinal);

        // Applied again, it changes nothing; applied for less, what other hubs and groups need stays.
        await Workspace.RunAsync([.. Hundred, "--folder", workspace.Folder, "--apply"]);
        Assert.Equal((host, parameters), (Read(workspace, "host.json"), Read(workspace, PlanFiles.ParametersName)));
        workspace.With(PlanFiles.ParametersName, parameters
            .Replace("\"name\": \"devices\", \"partitionCount\": 4", "\"name\": \"devices\", \"partitionCount\": 40", StringComparison.Ordinal)
            .Replace("\"alwaysReady\": [", "\"alwaysReady\": [{ \"name\": \"http\", \"instanceCount\": 1 }, ", StringComparison.Ordinal));
        await Workspace.RunAsync("plan", "--events-per-second", "1000", "--bytes", "600", "--folder", workspace.Folder, "--apply");
        var smaller = Read(workspace, PlanFiles.ParametersName);
        Assert.Contains("\"maximumInstanceCount\": 46", smaller, StringComparison.Ordinal);
        Assert.Contains("{ \"name\": \"http\", \"instanceCount\": 1 }", smaller, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"devices\", \"partitionCount\": 40", smaller, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "1")]
    [InlineData(100_000, "1")]
    [InlineData(1_000_000, "8")]
    public async Task What_is_applied_is_in_order_for_doctor(int rate, string namespaces)
    {
        using var workspace = WithOurFiles();
        await Workspace.RunAsync("plan", "--events-per-second", $"{rate}", "--bytes", "600", "--namespaces", namespaces, "--folder", workspace.Folder, "--apply");

        var (_, output, _) = await Workspace.RunAsync("doctor", "--streams", workspace.StreamsFile, "--event-bytes", "600");

        output = PlanReportTests.Plain(output);
        Assert.Contains("ok  host.json", output, StringComparison.Ordinal);
        Assert.Contains("ok  scale", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_inside_other_text_has_no_equal_in_bicep()
    {
        using var workspace = WithOurFiles();
        workspace.With(PlanFiles.ParametersName, """{ "parameters": { "location": { "value": "x-${AZURE_LOCATION}" } } }""");

        var (code, _, error) = await Workspace.RunAsync([.. Hundred, "--folder", workspace.Folder, "--bicepparam"]);

        Assert.Equal(ExitCode.CannotBeDone, code);
        Assert.Contains("location is \"x-${AZURE_LOCATION}\"", error, StringComparison.Ordinal);
    }

    private static Workspace WithOurFiles() => new Workspace()
        .With("host.json", File.ReadAllText(Path.Combine(Repository.FindRoot(), "host.json")))
        .With(PlanFiles.ParametersName, File.ReadAllText(Path.Combine(Repository.FindRoot(), PlanFiles.ParametersName)));

    private static string Read(Workspace workspace, string name) => File.ReadAllText(workspace.PathOf(name));

    private static string Numberless(string json) => Regex.Replace(json, @"\d+", "#");
}
