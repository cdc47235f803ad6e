using System.Text.Json;
using Xunit.Abstractions;

namespace Ingest.EndToEnd.Tests;

/// <summary><c>ingest chaos</c>, short: what runs of minutes by hand show is in benchmarks/results.</summary>
[Collection(ProcessesCollection.Name)]
public class ChaosTests(ITestOutputHelper log)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Whatever_breaks_for_half_a_minute_every_event_is_at_rest_exactly_once()
    {
        var result = await CommandLineRun.RunAsync(log, Limit, "chaos", "--minutes", "0.5", "--seed", "7", "--apps", "2", "--partitions", "4", "--rate", "3000");

        long Value(string key) => result.GetProperty(key).GetInt64();
        Assert.True(Value("sent") > 3000, "Hardly anything was sent.");
        Assert.Equal(Value("sent"), Value("received"));
        Assert.Equal(Value("sent"), Value("written") + Value("quarantined") + Value("filtered"));
        Assert.All((string[])["missing", "duplicates", "pending", "uncommitted", "absent", "unexpectedExits"], key => Assert.Equal((key, 0L), (key, Value(key))));
        Assert.Equal((7, 0.5), (result.GetProperty("seed").GetInt32(), result.GetProperty("minutes").GetDouble()));
        Assert.True(Value("kills") >= 1 && Value("storageRequestsHit") > 0);
        Assert.Equal(JsonValueKind.Number, result.GetProperty("recoverySeconds").ValueKind);
    }
}
