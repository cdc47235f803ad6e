using Ingest.Cli;
using Ingest.Emulator;
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

    [Fact]
    public async Task The_device_hubs_tail_is_judged_too_even_where_nothing_of_it_was_ever_committed()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        app.Settings["DeviceHub"] = "Devices";
        app.Emulator.CreateHub(new HubOptions("devices", 2))[1].Append("{}"u8);

        var (running, shown, _) = await app.IngestAsync("audit");
        var (settled, json, error) = await app.IngestAsync("audit", "--settled");

        Assert.Equal((ExitCode.Fine, ExitCode.No), (running, settled));
        Assert.Equal((1, 0), (shown.GetProperty("total").GetProperty("behind").GetInt32(), shown.GetProperty("total").GetProperty("missing").GetInt32()));
        Assert.Equal(1, json.GetProperty("total").GetProperty("missing").GetInt32());
        Assert.False(json.TryGetProperty("tailsNotJudged", out _));
        Assert.Contains("was judged for devices, telemetry", OnOneLine(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tail_that_is_not_judged_is_named_and_settled_cannot_be_answered_then()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        app.Settings["DeviceHub"] = "devices";
        app.Settings["AzureWebJobs__IngestDevices__Disabled"] = "true";

        var (running, _, _) = await app.IngestAsync("audit");
        var (settled, json, error) = await app.IngestAsync("audit", "--settled");
        var (one, only, _) = await app.IngestAsync("audit", "--settled", "--hub", "telemetry");
        app.Settings["EventHub"] = null;
        var (without, none, _) = await app.IngestAsync("audit", "--settled", "--hub", "telemetry");

        Assert.Equal((ExitCode.Fine, ExitCode.CannotBeDone, ExitCode.Fine, ExitCode.CannotBeDone), (running, settled, one, without));
        Assert.Equal("""["devices"]""", json.GetProperty("tailsNotJudged").GetRawText());
        Assert.False(only.TryGetProperty("tailsNotJudged", out _));
        Assert.Equal("""["telemetry"]""", none.GetProperty("tailsNotJudged").GetRawText());
        Assert.Contains("was not judged for devices", OnOneLine(error), StringComparison.Ordinal);
        Assert.DoesNotContain("10 events is at rest exactly once.", OnOneLine(error), StringComparison.Ordinal);
    }

    private static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
