using System.Text.RegularExpressions;
using Ingest.Cli.Processes;
using Ingest.Cli.Tests.Offline;

namespace Ingest.Cli.Tests.Docs;

/// <summary>docs/testing-streams.md, read as a session: blocks with a file name are written, console blocks are run.</summary>
public partial class TestingStreamsTests
{
    [Fact]
    public async Task Every_example_of_the_document_does_what_it_says()
    {
        var repository = Repository.FindRoot();
        using var workspace = new Workspace();
        Copy(repository, workspace, "");
        Copy(repository, workspace, "old");
        var commands = 0;
        foreach (Match block in Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(repository, "docs", "testing-streams.md"))))
        {
            var (kind, file, text) = (block.Groups["kind"].Value, block.Groups["file"].Value, block.Groups["text"].Value);
            if (file.Length > 0)
            {
                workspace.With(file, text);
                continue;
            }

            Assert.Equal("console", kind);
            var lines = text.TrimEnd('\n').Split('\n');
            Assert.StartsWith("$ ingest ", lines[0], StringComparison.Ordinal);
            if (lines[0].Contains("--against", StringComparison.Ordinal))
            {
                Change(workspace);
            }

            Assert.Equal(string.Join('\n', lines[1..]), await RunAsync(lines[0]["$ ingest ".Length..], workspace));
            commands++;
        }

        Assert.Equal(5, commands);
    }

    [GeneratedRegex(@"^```(?<kind>\w+) ?(?<file>\S*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\d+\.\d\d s\.")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"\.NET SDK (\d+)\S*, Node\.js v\d+\S*")]
    private static partial Regex Versions();

    private static async Task<string> RunAsync(string arguments, Workspace workspace)
    {
        // As a process: the current folder is one for all tests that run side by side.
        var answer = await Tool.RunAsync(
            "dotnet", [typeof(CommandLine).Assembly.Location, .. arguments.Split(' ')], workspace.Folder, new Dictionary<string, string> { ["NO_COLOR"] = "1", ["TERM"] = "dumb" }, default);
        Assert.NotNull(answer);
        Assert.Equal("", answer.Error);
        var output = answer.Output.ReplaceLineEndings("\n").TrimEnd('\n').Replace('\\', '/');
        return Versions().Replace(Seconds().Replace(output, "0.00 s."), ".NET SDK $1, Node.js 20");
    }

    private static void Copy(string repository, Workspace workspace, string to)
    {
        foreach (var name in (string[])["streams.json", "schemas/flights.json", "schemas/routes.json", "schemas/telemetry.json", "local.settings.sample.json"])
        {
            workspace.With(Path.Combine(to, name), File.ReadAllText(Path.Combine(repository, name)));
        }
    }

    /// <summary>What the section about changes assumes to have happened.</summary>
    private static void Change(Workspace workspace)
    {
        Edit("schemas/flights.json", "\"distance\": { \"type\": \"integer\"", "\"carrier\": { \"type\": \"string\" }, \"distance\": { \"type\": \"number\"");
        Edit("schemas/routes.json", "\"maximum\": 2880", "\"maximum\": 1440");

        void Edit(string file, string old, string now)
        {
            var text = File.ReadAllText(workspace.PathOf(file));
            Assert.Contains(old, text, StringComparison.Ordinal);
            workspace.With(file, text.Replace(old, now, StringComparison.Ordinal));
        }
    }
}
