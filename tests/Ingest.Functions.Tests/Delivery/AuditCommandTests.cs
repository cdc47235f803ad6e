using Ingest.Cli;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary><c>ingest audit</c> beside the app, against the emulator and Azurite.</summary>
[Collection(LiveCollection.Name)]
public sealed class AuditCommandTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_producers_own_retries_are_counted_by_id_and_change_no_answer()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        foreach (var n in (int[])[1, 2, 3, 2, 1, 2])
        {
            app.AppendNamed(n);
        }

        await app.DeliverAsync(0, 12);
        await app.DeliverAsync(13, 15);

        var (plain, without, _) = await app.IngestAsync("audit", "--settled");
        var (exit, json, error) = await app.IngestAsync("audit", "--settled", "--by-id");

        Assert.Equal((ExitCode.Fine, ExitCode.Fine), (plain, exit));
        Assert.False(without.TryGetProperty("duplicateIds", out _));
        Assert.Equal([("even", 0), ("named", 3), ("odd", 0)], json.GetProperty("duplicateIds").EnumerateObject().Select(d => (d.Name, d.Value.GetInt32())));
        Assert.Equal(without.GetProperty("total").GetRawText(), json.GetProperty("total").GetRawText());
        Assert.Contains("named: 3 records repeat the id of another one", error, StringComparison.Ordinal);
    }
}
