using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Cli.Doctor;
using Ingest.Cli.Processes;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Doctor;

public class DoctorTests
{
    private static readonly BatchMemory Memory = new(4, 1024, 2048);

    [Fact]
    public void The_repositorys_own_host_json_is_in_order()
    {
        var host = File.ReadAllBytes(Path.Combine(Repository.FindRoot(), "host.json"));

        Assert.Empty(HostFileCheck.Examine("host.json", host, Memory).Findings);
    }

    [Fact]
    public void The_batches_of_host_json_fit_half_of_an_instance_up_to_the_size_of_event_that_the_documentation_names()
    {
        var root = Repository.FindRoot();
        var host = File.ReadAllBytes(Path.Combine(root, "host.json"));
        var hubs = JsonNode.Parse(host)!["extensions"]!["eventHubs"]!;
        var (batch, prefetch) = ((int)hubs["maxEventBatchSize"]!, (int)hubs["prefetchCount"]!);
        var named = Regex.Match(File.ReadAllText(Path.Combine(root, "docs", "delivery.md")), @"events of up to (\d+) KiB fit");
        var largest = 1024 * int.Parse(named.Groups[1].Value, CultureInfo.InvariantCulture);

        Assert.InRange(batch, 2000, int.MaxValue);
        Assert.InRange((int)hubs["minEventBatchSize"]!, 1, batch - 1);
        Assert.InRange(prefetch, batch, int.MaxValue);
        Assert.Empty(HostFileCheck.Examine("host.json", host, With(largest)).Findings);
        Assert.Single(HostFileCheck.Examine("host.json", host, With(largest + 1024)).Findings);

        // The rule itself, so that the check above cannot become laxer than it.
        Assert.True((long)batch * largest * 4 * BatchMemory.DefaultPartitions <= BatchMemory.DefaultInstanceMegabytes / 2 * 1024L * 1024);

        static BatchMemory With(int eventBytes) => new(BatchMemory.DefaultPartitions, eventBytes, BatchMemory.DefaultInstanceMegabytes);
    }

    [Theory]
    [InlineData("\"batchCheckpointFrequency\": 2", "batchCheckpointFrequency is 2", "to 1")]
    [InlineData("\"initialOffsetOptions\": { \"type\": \"fromEnd\" }", "initialOffsetOptions.type is fromEnd", "Ingest__Start")]
    [InlineData("\"maxEventBatchSize\": 50, \"minEventBatchSize\": 50", "minEventBatchSize (50) is not below maxEventBatchSize (50)", "below 50")]
    [InlineData("\"minEventBatchSize\": 100", "minEventBatchSize (100) is not below maxEventBatchSize (100)", "below 100")]
    [InlineData("\"maxWaitTime\": \"00:10:01\"", "at most 00:10:00", "00:10:00 or less")]
    [InlineData("\"maxWaitTime\": 3", "must be a time span", "00:00:02")]
    [InlineData("\"MAXEVENTBATCHSIZE\": 0", "at least 1", "Correct maxEventBatchSize")]
    [InlineData("\"maxEventBatchSise\": 10", "\"maxEventBatchSise\" is no setting", "Did you mean \"maxEventBatchSize\"?")]
    [InlineData("\"maxEventBatchSize\": 100000", "Batches may take 1563 MiB", "Lower maxEventBatchSize")]
    [InlineData("\"targetUnprocessedEventThreshold\": 0", "targetUnprocessedEventThreshold must be a whole number of at least 1", "Correct")]
    public void Every_rule_of_host_json_is_checked_and_has_a_remedy(string settings, string problem, string remedy)
    {
        var host = $$"""
            {
              "version": "2.0",
              "extensions": { "eventHubs": {
                {{settings}}
              } }
            }
            """;

        var finding = Assert.Single(HostFileCheck.Examine("host.json", Encoding.UTF8.GetBytes(host), Memory).Findings);

        Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
        Assert.StartsWith("host.json(", finding.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_broken_host_json_is_a_problem()
    {
        Assert.Contains("no host.json", Assert.Single(HostFileCheck.Examine("host.json", null, Memory).Findings).Problem, StringComparison.Ordinal);
        Assert.Equal("host.json(2)", Assert.Single(HostFileCheck.Examine("host.json", "{\n]"u8.ToArray(), Memory).Findings).Where);
    }

    [Fact]
    public void The_sample_settings_are_in_order()
    {
        var sample = File.ReadAllBytes(Path.Combine(Repository.FindRoot(), SettingsCheck.SampleName));

        Assert.Empty(SettingsCheck.Examine("local.settings.json", sample, sample, new Dictionary<string, string>()).Findings);
    }

    [Theory]
    [InlineData("\"DataX\": \"\"", "Nobody reads the setting \"DataX\"", "Did you mean \"Data\"?")]
    [InlineData("\"Ingest__Decoding__MaxDept\": \"3\"", "Nobody reads", "\"Ingest__Decoding__MaxDepth\"")]
    [InlineData("\"Ingest__Delivery__Start\": \"now\"", "Nobody reads the setting \"Ingest__Delivery__Start\"", "Did you mean \"Ingest__Start\"?")]
    [InlineData("\"Ingest:Storage:Nonsense\": \"3\"", "Nobody reads", "Take it out")]
    [InlineData("\"Ingest__Start\": \"later\"", "the app does not start", "beginning or now")]
    [InlineData("\"FUNCTIONS_WORKER_RUNTIME\": \"dotnet\"", "is \"dotnet\"", "dotnet-isolated")]
    [InlineData("\"AzureFunctionsJobHost__extensions__eventHubs__targetUnprocessedEventThreshold\": \"9\"", "scale controller reads host.json only", "in host.json")]
    [InlineData("\"AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize\": \"9\"", "overrides host.json", "in host.json")]
    public void Settings_that_do_not_do_what_they_seem_to_are_found(string setting, string problem, string remedy)
    {
        var sample = """{ "Values": { "Data": "x" } }"""u8.ToArray();
        var file = Encoding.UTF8.GetBytes($$"""{ "Values": { "Data": "x", {{setting}} } }""");

        var finding = Assert.Single(SettingsCheck.Examine("local.settings.json", file, sample, new Dictionary<string, string>()).Findings);

        Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
        Assert.Equal("local.settings.json(1)", finding.Where);
    }

    [Fact]
    public void A_missing_setting_is_found_once_and_a_connection_in_parts_counts()
    {
        var sample = """{ "Values": { "Data": "x", "EventHub": "y", "TelemetryHub": "z" } }"""u8.ToArray();
        var file = """{ "Values": { "EventHub__fullyQualifiedNamespace": "n", "TelemetryHbu": "z" } }"""u8.ToArray();

        var findings = SettingsCheck.Examine("local.settings.json", file, sample, new Dictionary<string, string> { ["PATH"] = "/bin" }).Findings;

        Assert.Equal(["Data", "local.settings.json(1)"], findings.Select(f => f.Where));
    }

    [Fact]
    public void The_environment_goes_before_the_file_and_alone_is_enough()
    {
        var sample = """{ "Values": { "Data": "x" } }"""u8.ToArray();
        var environment = new Dictionary<string, string> { ["Data"] = "x", ["Ingest__Start"] = "never" };

        var finding = Assert.Single(SettingsCheck.Examine("local.settings.json", null, sample, environment).Findings);

        Assert.Equal("environment variable Ingest__Start", finding.Where);
        Assert.True(SettingsCheck.Examine("local.settings.json", null, sample, new Dictionary<string, string> { ["HOME"] = "/" }).WasSkipped);
    }

    [Fact]
    public void Every_option_that_the_app_binds_is_known()
    {
        var bound = new[] { "Decoding", "Delivery", "Lookup", "Storage", "Telemetry" };

        Assert.All(bound, options => Assert.Contains(SettingNames.All, name => name.StartsWith($"Ingest__{options}__", StringComparison.Ordinal)));
        Assert.Empty(SettingsCheck.Examine(
            "local.settings.json", null, null, new Dictionary<string, string> { ["Ingest__Telemetry__BytesPerMinute"] = "1000000" }).Findings);
    }

    [Fact]
    public void Old_or_missing_tools_are_problems()
    {
        Assert.Empty(ToolVersions.Judge(new ToolResult(0, "10.0.100\n", ""), "v22.1.0").Findings);
        Assert.Equal(["dotnet", "node"], ToolVersions.Judge(null, null).Findings.Select(f => f.Where));
        Assert.Equal(["dotnet", "node"], ToolVersions.Judge(new ToolResult(0, "9.0.100\n", ""), "v18.0.0").Findings.Select(f => f.Where));
        Assert.Contains("no compatible SDK", Assert.Single(ToolVersions.Judge(new ToolResult(145, "", "no compatible SDK"), "v20.0.0").Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_exit_1_and_mistakes_in_streams_are_among_them()
    {
        using var workspace = new Workspace()
            .With("streams.json", Workspace.Streams.Replace("\"id\"", "\"ids\"", StringComparison.Ordinal))
            .With("host.json", """{ "version": "2.0" }""");

        var (code, output, error) = await Workspace.RunAsync("doctor", "--streams", workspace.StreamsFile, "--json");

        Assert.Equal(ExitCode.No, code);
        Assert.Contains("\"healthy\":false", Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains("/streams/0/ids", error, StringComparison.Ordinal);
    }
}
