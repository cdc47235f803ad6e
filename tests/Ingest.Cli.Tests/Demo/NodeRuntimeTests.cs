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
}
