using System.Text.RegularExpressions;
using Ingest.Cli.Processes;
using Ingest.Cli.StreamTests;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Docs;

/// <summary>
/// Every example of docs/streams.md takes records: the cases beside this file, by the heading that the example stands under. The folder
/// <c>schemas</c> has what the examples name and the page does not print.
/// </summary>
public sealed class StreamsPageTests
{
    private static readonly Dictionary<string, string> CasesByHeading = new()
    {
        ["Streams"] = "readings.json",
        ["Which events: `when`"] = "when.json",
        ["CloudEvents"] = "cloudevents.json",
        ["Avro"] = "avro.json",
        ["Protocol Buffers"] = "protobuf.json",
        ["CSV"] = "csv.json",
        ["When it happened: `time`"] = "time.json",
    };

    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.FindRoot(), "docs", "streams.md"));

    private static readonly string Beside = Path.Combine(Repository.FindRoot(), "tests", "Ingest.Cli.Tests", "Docs", "StreamsPage");

    public static TheoryData<string> Headings() => [.. CasesByHeading.Keys];

    [Fact]
    public void Every_example_has_cases() => Assert.Equal(CasesByHeading.Keys, Examples().Select(e => e.Heading));

    [Theory]
    [MemberData(nameof(Headings))]
    public async Task An_example_does_with_records_what_the_page_says(string heading)
    {
        using var workspace = new Workspace()
            .With("streams.json", Examples().Single(e => e.Heading == heading).Streams)
            .With("schemas/readings.json", Regex.Match(Page, "```json\n(?<code>.*?)```", RegexOptions.Singleline).Groups["code"].Value)
            .With("streams.tests/page.json", File.ReadAllText(Path.Combine(Beside, CasesByHeading[heading])));
        foreach (var schema in Directory.GetFiles(Path.Combine(Beside, "schemas")))
        {
            File.Copy(schema, workspace.PathOf(Path.Combine("schemas", Path.GetFileName(schema))));
        }

        var report = await new TestRun(workspace.StreamsFile, [], TimeProvider.System).RunAsync(default);

        Assert.Empty(report.Failures.SelectMany(f => f.Differences.Select(d => $"{f.Name}: {d}")));
        Assert.True(report.Passed > 0);
    }

    private static IEnumerable<(string Heading, string Streams)> Examples()
    {
        var heading = "";
        foreach (Match part in Regex.Matches(Page, "^#+ (?<heading>[^\n]+)$|^```jsonc(?: streams)?\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline))
        {
            heading = part.Groups["heading"].Success ? part.Groups["heading"].Value : heading;
            if (part.Groups["code"].Success)
            {
                yield return (heading, part.Groups["code"].Value);
            }
        }
    }
}
