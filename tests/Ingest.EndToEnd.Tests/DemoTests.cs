using System.Diagnostics;
using System.Text.Json;
using Ingest.Testing;
using Ingest.Testing.Node;
using Xunit.Abstractions;

namespace Ingest.EndToEnd.Tests;

/// <summary>
/// <c>ingest demo</c> as a user runs it: real client, emulator, function app and storage as processes. Two demos side by side
/// would fight for the processors, so they run one after the other.
/// </summary>
public class DemoTests(ITestOutputHelper log)
{
    private const int Broken = 500;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Every_event_of_the_demo_is_written_or_quarantined_exactly_once()
    {
        var result = await RunDemoAsync("--events", "3000");

        AssertLedger(result, events: 3000);
    }

    [Fact]
    public async Task No_event_is_lost_or_doubled_when_the_function_app_is_killed_twice()
    {
        // Enough for the app to be in the middle of its work when it is killed.
        var result = await RunDemoAsync("--events", "40000", "--kill");

        AssertLedger(result, events: 40_000);
    }

    private static void AssertLedger(JsonElement result, long events)
    {
        long Value(string key) => result.GetProperty(key).GetInt64();
        Assert.Equal(events + Broken, Value("sent"));
        Assert.Equal(events + Broken, Value("received"));
        Assert.Equal(events, Value("written"));
        Assert.Equal(Broken, Value("quarantined"));
        Assert.All((string[])["filtered", "missing", "duplicates", "outOfOrder", "pending", "gaps"], key => Assert.Equal((key, 0L), (key, Value(key))));
        Assert.True(result.GetProperty("seconds").GetDouble() > 0);
        Assert.True(result.GetProperty("peakMemoryMB").GetDouble() > 0);
    }

    /// <summary>Runs the command line of this very build and returns its only line of output.</summary>
    private async Task<JsonElement> RunDemoAsync(params string[] arguments)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var cli = Repository.PathOf("tools", "Ingest.Cli", "bin", build.Parent!.Name, build.Name, "ingest.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", ["exec", cli, "demo", "--json", .. arguments]);
        var result = await ChildProcess.RunAsync(start, Limit);
        log.WriteLine(result.Error);
        Assert.True(result.ExitCode == 0, $"ingest demo ended with {result.ExitCode}: {result.Output}{result.Error}");
        var line = Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return JsonDocument.Parse(line).RootElement;
    }
}
