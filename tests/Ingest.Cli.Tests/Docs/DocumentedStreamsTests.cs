using System.Text.RegularExpressions;
using Contoso.Enrichers;
using Ingest.Cli.Processes;
using Ingest.Cli.StreamTests;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Docs;

/// <summary>Pages that bring streams, schemas and tests of them along: the tests are run.</summary>
public partial class DocumentedStreamsTests
{
    [Theory]
    [InlineData("enrichment.md", 5)]
    [InlineData("iot-hub.md", 6)]
    public async Task The_streams_of_a_page_do_what_its_tests_say(string page, int cases)
    {
        using var workspace = new Workspace();
        foreach (var (file, text) in BlocksOf(page))
        {
            workspace.With(file, text);
        }

        var report = await new TestRun(workspace.StreamsFile, [], TimeProvider.System).RunAsync(default);

        Assert.Empty(report.Failures.SelectMany(f => f.Differences.Select(d => $"{f.Name}: {d}")));
        Assert.Equal(cases, report.Passed);
    }

    [Fact]
    public void The_enricher_of_the_page_is_the_one_that_is_compiled_and_run() =>
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.FindRoot(), "tests", "Ingest.Testing", "Enrichment", "HeatIndex.cs")), BlocksOf("enrichment.md").Single(b => b.File == "HeatIndex.cs").Text);

    [Fact]
    public async Task An_enricher_written_in_CSharp_runs_in_tests_when_its_assembly_is_named()
    {
        using var workspace = Weather();
        var assembly = typeof(HeatIndex).Assembly.Location;

        var (code, output, error) = await Workspace.RunAsync("test", "--streams", workspace.StreamsFile, "--enrichers", assembly, "--json");
        Assert.Equal((0, ""), (code, code == 0 ? "" : output + error));

        (code, output, _) = await Workspace.RunAsync("test", "--streams", workspace.StreamsFile);
        Assert.Equal(1, code);
        Assert.Contains("--enrichers", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_are_checked_with_every_step_but_lookups_and_foreign_code()
    {
        using var workspace = Weather().With("r.json", """{"temperature":35.0,"moisture":70.0,"secret":1}""");

        var (code, output, _) = await Workspace.RunAsync("check", "--streams", workspace.StreamsFile, "--stream", "weather", workspace.PathOf("r.json"), "--enqueued", "2026-01-01T00:00:00Z");
        Assert.Equal(0, code);
        Assert.DoesNotContain("\"felt\"", output, StringComparison.Ordinal);
        Assert.Contains("Left out: felt.", output, StringComparison.Ordinal);

        (code, output, _) = await Workspace.RunAsync(
            "check", "--streams", workspace.StreamsFile, "--stream", "weather", workspace.PathOf("r.json"), "--enqueued", "2026-01-01T00:00:00Z", "--enrichers", typeof(HeatIndex).Assembly.Location);
        Assert.Equal(0, code);
        Assert.Contains("\"felt\":51.2,\"alert\":true", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assembly_that_holds_no_enricher_is_refused()
    {
        using var workspace = Weather();

        var (code, _, error) = await Workspace.RunAsync("test", "--streams", workspace.StreamsFile, "--enrichers", typeof(CommandLine).Assembly.Location);

        Assert.Equal(2, code);
        Assert.Contains("holds no enricher", error, StringComparison.Ordinal);
    }

    /// <summary>The streams of the page that use its enricher.</summary>
    private static Workspace Weather()
    {
        const string Folder = "weather/";
        return BlocksOf("enrichment.md").Where(b => b.File.StartsWith(Folder, StringComparison.Ordinal))
            .Aggregate(new Workspace(), (workspace, block) => workspace.With(block.File[Folder.Length..], block.Text));
    }

    private static IEnumerable<(string File, string Text)> BlocksOf(string page) =>
        Blocks().Matches(File.ReadAllText(Path.Combine(Repository.FindRoot(), "docs", page))).Select(b => (b.Groups["file"].Value, b.Groups["text"].Value));

    [GeneratedRegex(@"^```\w+ (?<file>\S+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
