using System.Text.Json;
using Xunit.Abstractions;

namespace Ingest.EndToEnd.Tests;

/// <summary>
/// <c>ingest demo</c> as a user runs it: real client, emulator, function app and storage as processes. Two demos side by side
/// would fight for the processors, so they run one after the other.
/// </summary>
[Collection(ProcessesCollection.Name)]
public class DemoTests(ITestOutputHelper log)
{
    private const int Broken = 500;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Every_event_of_the_demo_is_written_or_quarantined_exactly_once()
    {
        var result = await CommandLineRun.RunAsync(log, Limit, "demo", "--events", "3000");

        AssertLedger(result, events: 3000);
    }

    [Fact]
    public async Task No_event_is_lost_or_doubled_when_the_function_app_is_killed_twice()
    {
        // Enough for the app to be in the middle of its work when it is killed.
        var result = await CommandLineRun.RunAsync(log, Limit, "demo", "--events", "40000", "--kill");

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
}
