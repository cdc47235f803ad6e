using System.Text.RegularExpressions;
using Ingest.Testing.Node;

namespace Ingest.Emulator.Tests.JavaScript;

public sealed class NodeScriptTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("node-script").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_script_that_hangs_is_killed_and_what_it_wrote_is_told()
    {
        var script = Write("console.log(process.pid); setInterval(() => {}, 1000);");

        var error = await Assert.ThrowsAsync<TimeoutException>(() => script.RunAsync(timeout: TimeSpan.FromSeconds(2)));

        var pid = int.Parse(Regex.Match(error.Message, @"wrote: (\d+)").Groups[1].Value);
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(pid));
    }

    [Fact]
    public async Task A_script_gets_arguments_environment_and_packages()
    {
        var script = Write("""
            require.resolve("@azure/event-hubs");
            console.log("noise");
            console.log(JSON.stringify({ args: process.argv.slice(2), value: process.env.VALUE }));
            """);

        var result = await script.RunAsync<Result>(new Dictionary<string, string> { ["VALUE"] = "v" }, ["a", "b c"]);

        Assert.Equal(["a", "b c"], result.Args);
        Assert.Equal("v", result.Value);
    }

    [Fact]
    public async Task A_script_that_fails_says_why()
    {
        var script = Write("console.error('because'); process.exit(4);");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => script.RunAsync<Result>());

        Assert.Contains("exit code 4", error.Message);
        Assert.Contains("because", error.Message);
    }

    private NodeScript Write(string source)
    {
        var file = Path.Combine(directory, "script.js");
        File.WriteAllText(file, source);
        return new NodeScript(file);
    }

    private sealed record Result(string[] Args, string Value);
}
