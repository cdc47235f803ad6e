using Ingest.Cli;
using Ingest.Pipeline.Progress;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary><c>ingest progress …</c> beside the app, against the emulator and Azurite.</summary>
[Collection(LiveCollection.Name)]
public sealed class ProgressCommandTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Show_lists_the_rows_and_answers_no_while_one_is_held()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);

        var free = await app.IngestAsync("progress", "show");
        await app.Progress.SetHoldAsync(app.Id, "numbers are used again", default);
        var held = await app.IngestAsync("progress", "show");

        Assert.Equal(ExitCode.Fine, free.ExitCode);
        var row = Assert.Single(free.Json.GetProperty("partitions").EnumerateArray());
        Assert.Equal((9, 10), (row.GetProperty("durable").GetInt64(), row.GetProperty("written").GetInt64()));
        Assert.Equal(ExitCode.No, held.ExitCode);
        Assert.StartsWith("numbers are used again since", held.Json.GetProperty("partitions")[0].GetProperty("hold").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skip_shows_what_it_would_do_then_does_it_and_the_sweeper_fetches_the_range()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(30);
        await app.DeliverAsync(0, 9);

        var shown = await app.IngestAsync("progress", "skip", "--partition", "0", "--to", "14");
        Assert.Equal((ExitCode.Fine, true), (shown.ExitCode, shown.Json.GetProperty("dryRun").GetBoolean()));
        Assert.Equal(9, (await app.RowAsync()).Durable);

        Assert.Equal(ExitCode.Fine, (await app.IngestAsync("progress", "skip", "--partition", "0", "--to", "14", "--yes")).ExitCode);
        var receipt = await app.DeliverAsync(10, 29);
        Assert.Equal((15, 0), (receipt.Committed, receipt.Repaired));
        Assert.Equal("10-14", Assert.Single((await app.RowAsync()).Skipped).ToString());

        await app.SweepAsync();
        Assert.Empty((await app.RowAsync()).Skipped);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task Skip_refuses_what_is_durable_or_beyond_the_hub()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 4);

        Assert.Equal(ExitCode.Usage, (await app.IngestAsync("progress", "skip", "--partition", "0", "--to", "4", "--yes")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await app.IngestAsync("progress", "skip", "--partition", "0", "--to", "10", "--yes")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await app.IngestAsync("progress", "skip", "--partition", "7", "--to", "8", "--yes")).ExitCode);
    }

    [Fact]
    public async Task A_lost_row_is_rebuilt_from_the_lake_even_where_its_last_commit_was_half_published()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(30);
        await app.DeliverAsync(0, 9);
        await app.DeliverAsync(10, 19);
        await app.HideAsync(segment => segment.Stream == "odd");
        await app.LoseRowAsync();
        await Assert.ThrowsAsync<PartitionHeldException>(() => app.DeliverAsync(20, 29));

        var rebuilt = await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes");

        Assert.Equal(ExitCode.Fine, rebuilt.ExitCode);
        Assert.Equal(19, rebuilt.Json.GetProperty("after").GetProperty("durable").GetInt64());
        await app.DeliverAsync(20, 29);
        await app.SweepAsync();
        Assert.Equal(30, (await app.RowAsync()).Totals.Written);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_row_that_was_rolled_back_is_rebuilt_and_a_sound_one_is_left_alone()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(20);
        await app.DeliverAsync(0, 9);
        Assert.Equal(ExitCode.No, (await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes")).ExitCode);

        var old = await app.RowAsync();
        await app.DeliverAsync(10, 19);
        await app.Progress.TryReplaceAsync(app.Id, old with { ETag = (await app.RowAsync()).ETag }, default);
        await app.RestartAsync();
        Assert.Equal(ExitCode.CannotBeDone, (await app.IngestAsync("progress", "skip", "--partition", "0", "--to", "15", "--yes")).ExitCode);
        Assert.Equal(ExitCode.Fine, (await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes")).ExitCode);

        await app.DeliverAsync(5, 19);
        await app.SweepAsync();
        Assert.Equal(19, (await app.RowAsync()).Durable);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_new_epoch_goes_on_behind_the_number_that_is_given()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(20);
        await app.DeliverAsync(0, 9);

        var begun = await app.IngestAsync("progress", "new-epoch", "--partition", "0", "--after", "14", "--yes");

        Assert.Equal(ExitCode.Fine, begun.ExitCode);
        await app.DeliverAsync(5, 19);
        var row = await app.RowAsync();
        Assert.Equal((2, 19, 15), (row.Epoch, row.Durable, row.Totals.Written));
    }

    [Fact]
    public async Task A_new_epoch_by_itself_finds_the_first_event_that_came_later_than_all_committed_ones()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        var latest = (await app.RowAsync()).EnqueuedMax;
        await Eventually(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > latest);
        app.Append(5);

        var begun = await app.IngestAsync("progress", "new-epoch", "--partition", "0");

        Assert.Equal(9, begun.Json.GetProperty("after").GetProperty("durable").GetInt64());
        Assert.Equal(1, (await app.RowAsync()).Epoch);
    }

    [Fact]
    public async Task Reset_refuses_while_anything_is_at_rest()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        Assert.Equal(ExitCode.CannotBeDone, (await app.IngestAsync("progress", "reset", "--partition", "0", "--yes")).ExitCode);

        await app.Blobs.DeleteBlobContainerAsync(app.Settings["Ingest__Storage__LakeContainer"]);
        Assert.Equal(ExitCode.Fine, (await app.IngestAsync("progress", "reset", "--partition", "0", "--yes")).ExitCode);
        Assert.Null(await app.Progress.ReadAsync(app.Id, default));

        await app.RestartAsync();
        await app.DeliverAsync(0, 9);
        await app.AssertAuditAsync();
    }

    private static async Task Eventually(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
