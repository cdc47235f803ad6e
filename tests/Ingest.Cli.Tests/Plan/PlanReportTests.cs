using System.Text;
using System.Text.RegularExpressions;
using Ingest.Cli.Plan;
using Ingest.Cli.Processes;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Plan;

/// <summary>benchmarks/results/plan.md shows commands with what they print; it is written again with INGEST_RENEW=1.</summary>
public partial class PlanReportTests
{
    private const string Prompt = "$ dotnet run --project tools/Ingest.Cli -- ";

    [Fact]
    public async Task The_committed_report_is_what_the_commands_print()
    {
        var path = Path.Combine(Repository.FindRoot(), "benchmarks", "results", "plan.md");
        var committed = await File.ReadAllTextAsync(path);
        var current = new StringBuilder();
        var isOutput = false;
        foreach (var line in committed.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isOutput = false;
            }

            if (isOutput)
            {
                continue;
            }

            current.Append(line).Append('\n');
            if (line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                var (code, output, _) = await Workspace.RunAsync(line[Prompt.Length..].Split(' '));
                current.Append(string.Join('\n', Plain(output).TrimEnd().Split('\n').Select(l => l.TrimEnd()))).Append('\n');
                current.Append(code == 0 ? "" : $"(exit code {code})\n");
                isOutput = true;
            }
        }

        if (Environment.GetEnvironmentVariable("INGEST_RENEW") == "1")
        {
            await File.WriteAllTextAsync(path, current.ToString());
        }

        Assert.Equal(current.ToString(), committed);
    }

    [Fact]
    public async Task Everything_fits_80_columns()
    {
        foreach (var arguments in new[] { "1000 --bytes 600", "1000000 --bytes 600 --namespaces 8", "1000000 --bytes 600 --records-per-event 100 --compression-ratio 8 --peak 1.25" })
        {
            var (_, output, _) = await Workspace.RunAsync(["plan", "--events-per-second", .. arguments.Split(' ')]);
            Assert.All(Plain(output).Split('\n'), line => Assert.True(line.TrimEnd().Length <= 80, line));
        }
    }

    // Some environments count as terminals with colours.
    internal static string Plain(string output) => Colours().Replace(output, "");

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Colours();

    [Theory]
    [InlineData(1, "1s")]
    [InlineData(2.21, "2.2s")]
    [InlineData(59, "59s")]
    [InlineData(90, "1.5m")]
    [InlineData(1800, "30m")]
    [InlineData(9000, "2.5h")]
    public void Times_are_short(double seconds, string text) => Assert.Equal(text, DayChart.Time(seconds));
}
