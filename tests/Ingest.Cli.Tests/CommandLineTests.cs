namespace Ingest.Cli.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("demo", "--events", "0")]
    [InlineData("demo", "--events", "many")]
    [InlineData("demo", "--partitions", "33")]
    [InlineData("demo", "--no-such-option")]
    [InlineData("no-such-command")]
    [InlineData("audit", "--data", "nonsense")]
    public async Task Bad_usage_exits_2_with_a_message_and_no_output(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("", output);
        Assert.NotEqual("", error.Trim());
    }

    [Fact]
    public async Task Help_names_the_commands_and_exits_0()
    {
        var (code, output, _) = await RunAsync("--help");

        Assert.Equal(ExitCode.Fine, code);
        Assert.All(["demo", "audit", "check", "test", "doctor", "quarantine"], command => Assert.Contains(command, output, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error, TimeProvider.System, default);
        return (code, output.ToString(), error.ToString());
    }
}
