using System.Diagnostics;
using System.Text.Json;
using Ingest.Testing;
using Ingest.Testing.Node;
using Xunit.Abstractions;

namespace Ingest.EndToEnd.Tests;

/// <summary>Runs the command line of this very build as a process.</summary>
internal static class CommandLineRun
{
    /// <summary>Returns the only line of output of a run that ended well.</summary>
    public static async Task<JsonElement> RunAsync(ITestOutputHelper log, TimeSpan limit, params string[] arguments)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var cli = Repository.PathOf("tools", "Ingest.Cli", "bin", build.Parent!.Name, build.Name, "ingest.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", ["exec", cli, .. arguments, "--json"]);
        var result = await ChildProcess.RunAsync(start, limit);
        log.WriteLine(result.Error);
        Assert.True(result.ExitCode == 0, $"ingest {arguments[0]} ended with {result.ExitCode}: {result.Output}{result.Error}");
        var line = Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return JsonDocument.Parse(line).RootElement;
    }
}
