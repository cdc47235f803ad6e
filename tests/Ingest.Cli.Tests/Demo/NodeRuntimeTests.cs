using Ingest.Cli.Processes;

namespace Ingest.Cli.Tests.Demo;

public class NodeRuntimeTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("v18.19.1")]
    [InlineData("v4.2.0")]
    [InlineData("whatever")]
    public void A_missing_or_old_Node_is_one_sentence_with_the_version_needed(string? version)
    {
        var problem = NodeRuntime.Problem(version);

        Assert.NotNull(problem);
        Assert.Contains("Node.js 20 or newer", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Theory]
    [InlineData("v20.0.0")]
    [InlineData("v20.20.2")]
    [InlineData("v101.1.0")]
    public void A_new_enough_Node_is_fine(string version) => Assert.Null(NodeRuntime.Problem(version));

    [Theory]
    [InlineData(null)]
    [InlineData("v18.19.1")]
    public async Task The_demo_ends_at_once_with_exit_code_3_without_a_new_enough_Node(string? version)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // The stand-in for node is a shell script.
        }

        var folder = Directory.CreateTempSubdirectory("ingest-path-");
        try
        {
            if (version is not null)
            {
                var script = Path.Combine(folder.FullName, "node");
                await File.WriteAllTextAsync(script, $"#!/bin/sh\necho {version}\n");
                File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var result = await Tool.RunAsync(
                Environment.ProcessPath!, ["exec", typeof(NodeRuntime).Assembly.Location, "demo", "--json"], folder.FullName,
                new Dictionary<string, string> { ["PATH"] = folder.FullName }, default);

            Assert.Equal(ExitCode.CannotBeDone, result!.ExitCode);
            Assert.Equal("", result.Output);
            Assert.Equal(NodeRuntime.Problem(version), result.Error.Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
