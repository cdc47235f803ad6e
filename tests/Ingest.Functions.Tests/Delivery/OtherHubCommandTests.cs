using Ingest.Cli;
using Ingest.Emulator;
using Ingest.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary><c>ingest progress rebuild</c> and <c>new-epoch</c> where the hub is no longer the one that the lake was filled from.</summary>
[Collection(LiveCollection.Name)]
public sealed class OtherHubCommandTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Created = new(2026, 11, 23, 6, 0, 10, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Created);

    [Theory]
    [InlineData(2, "the lake reaches to sequence number 19, the hub only to 16")]
    [InlineData(8, "event 18 of the lake was enqueued at 2026-11-23T06:00:29")]
    public async Task A_row_that_was_lost_while_numbers_are_used_again_is_made_by_new_epoch_and_nothing_is_lost_or_doubled(int later, string reuse)
    {
        await using var app = await LiveApp.StartAsync(azurite, hubClock: clock);
        Append(app, 20);
        await app.DeliverAsync(0, 9);
        await app.DeliverAsync(10, 19);
        await app.HideAsync(segment => segment.Stream == "odd");
        await app.LoseRowAsync();
        Promote(app, kept: 15, later);

        var rebuild = await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes");
        var shown = await app.IngestAsync("progress", "new-epoch", "--partition", "0");

        Assert.Equal(ExitCode.CannotBeDone, rebuild.ExitCode);
        Assert.Contains(reuse, rebuild.Error, StringComparison.Ordinal);
        Assert.Contains("`ingest progress new-epoch`", rebuild.Error, StringComparison.Ordinal);
        Assert.Null(await app.Progress.ReadAsync(app.Id, default));
        Assert.Equal(ExitCode.Fine, shown.ExitCode);

        var done = await app.IngestAsync("progress", "new-epoch", "--partition", "0", "--yes");

        Assert.Equal(shown.Json.GetProperty("after").GetProperty("skipped").GetRawText(), done.Json.GetProperty("after").GetProperty("skipped").GetRawText());
        var row = await app.RowAsync();
        Assert.Equal((2, 14, "11, 13", 3), (row.Epoch, row.Durable, string.Join(", ", row.Skipped), row.Totals.Absent));
        await app.DeliverAsync(5, 14 + later);
        await app.SweepAsync();

        // Epoch 1 has 0 to 9 and the even ones up to 18; 15, 17 and 19 are in no hub any more.
        Assert.Equal([(1, 15, 0), (2, 2 + later, 0)], await EpochsAsync(app));
        Assert.Empty((await app.RowAsync()).Skipped);
        Assert.Equal(17 + later, (await app.RowAsync()).Totals.Written);
    }

    [Fact]
    public async Task New_epoch_leaves_a_lost_row_to_rebuild_where_nothing_shows_that_numbers_are_used_again()
    {
        await using var app = await LiveApp.StartAsync(azurite, hubClock: clock);
        Append(app, 10);
        await app.DeliverAsync(0, 9);
        await app.LoseRowAsync();

        var refused = await app.IngestAsync("progress", "new-epoch", "--partition", "0", "--yes");

        Assert.Equal(ExitCode.CannotBeDone, refused.ExitCode);
        Assert.Contains("`ingest progress rebuild`", refused.Error, StringComparison.Ordinal);
        Assert.Null(await app.Progress.ReadAsync(app.Id, default));
    }

    [Fact]
    public async Task A_row_that_was_rolled_back_while_numbers_are_used_again_is_replaced_by_new_epoch_as_it_was_read()
    {
        await using var app = await LiveApp.StartAsync(azurite, hubClock: clock);
        Append(app, 20);
        await app.DeliverAsync(0, 9);
        var old = await app.RowAsync();
        await app.DeliverAsync(10, 19);
        await app.Progress.TryReplaceAsync(app.Id, old with { ETag = (await app.RowAsync()).ETag }, default);
        await app.RestartAsync();
        Promote(app, kept: 15, later: 4);

        Assert.Equal(ExitCode.CannotBeDone, (await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes")).ExitCode);
        var begun = await app.IngestAsync("progress", "new-epoch", "--partition", "0", "--yes");

        Assert.Equal(ExitCode.Fine, begun.ExitCode);
        Assert.Equal((9, 14), (begun.Json.GetProperty("before").GetProperty("durable").GetInt64(), begun.Json.GetProperty("after").GetProperty("durable").GetInt64()));
        await app.DeliverAsync(5, 18);
        await app.SweepAsync();
        Assert.Equal([(1, 20, 0), (2, 4, 0)], await EpochsAsync(app));
    }

    [Fact]
    public async Task A_hub_that_was_created_again_within_the_hour_begins_a_new_epoch_when_the_row_is_rebuilt()
    {
        await using var app = await LiveApp.StartAsync(azurite, hubClock: clock);
        Append(app, 10);
        await app.DeliverAsync(0, 9);
        await app.LoseRowAsync();
        app.Emulator.DeleteHub(LiveApp.Hub);
        clock.Advance(TimeSpan.FromMinutes(10));
        app.Emulator.CreateHub(new HubOptions(LiveApp.Hub, 1));
        Append(app, 5);

        var rebuilt = await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes");

        Assert.Equal(ExitCode.Fine, rebuilt.ExitCode);
        var after = rebuilt.Json.GetProperty("after");
        Assert.Equal((2, -1), (after.GetProperty("epoch").GetInt32(), after.GetProperty("durable").GetInt64()));
        await app.DeliverAsync(0, 4);
        Assert.Equal([(1, 10, 0), (2, 5, 0)], await EpochsAsync(app));
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task After_a_rebuild_new_epoch_finds_new_events_of_the_same_hour()
    {
        await using var app = await LiveApp.StartAsync(azurite, hubClock: clock);
        Append(app, 10);
        await app.DeliverAsync(0, 9);
        await app.LoseRowAsync();
        Assert.Equal(ExitCode.Fine, (await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes")).ExitCode);
        Promote(app, kept: 8, later: 4);

        var begun = await app.IngestAsync("progress", "new-epoch", "--partition", "0", "--yes");

        Assert.Equal((ExitCode.Fine, 7), (begun.ExitCode, begun.Json.GetProperty("after").GetProperty("durable").GetInt64()));
        await app.DeliverAsync(5, 11);
        Assert.Equal([(1, 10, 0), (2, 4, 0)], await EpochsAsync(app));
    }

    [Fact]
    public async Task The_last_events_of_a_half_published_commit_are_not_taken_for_new_ones_after_a_rebuild()
    {
        await using var app = await LiveApp.StartAsync(azurite, hubClock: clock);
        Append(app, 20, TimeSpan.FromSeconds(20));
        await app.DeliverAsync(0, 19);
        await app.HideAsync(segment => segment.Stream == "odd");
        await app.LoseRowAsync();
        Assert.Equal(ExitCode.Fine, (await app.IngestAsync("progress", "rebuild", "--partition", "0", "--yes")).ExitCode);

        Assert.Equal(clock.GetUtcNow().ToUnixTimeMilliseconds(), (await app.RowAsync()).EnqueuedMax);
        await app.DeliverAsync(15, 19);
        await app.SweepAsync();
        Assert.Equal([(1, 20, 0)], await EpochsAsync(app));
        await app.AssertAuditAsync();
    }

    /// <summary>Events that are enqueued one after the other.</summary>
    private void Append(LiveApp app, int count, TimeSpan? apart = null)
    {
        for (var i = 0; i < count; i++)
        {
            clock.Advance(apart ?? TimeSpan.FromSeconds(1));
            app.Append(1);
        }
    }

    /// <summary>A forced geo promotion: the other region's hub has the same creation time and the first events, and gives the numbers of the rest again.</summary>
    private void Promote(LiveApp app, int kept, int later)
    {
        app.Emulator.DeleteHub(LiveApp.Hub);
        clock.AdjustTime(Created);
        app.Emulator.CreateHub(new HubOptions(LiveApp.Hub, 1));
        Append(app, kept);
        clock.Advance(TimeSpan.FromMinutes(10));
        Append(app, later);
    }

    private static async Task<List<(int Epoch, int Written, int Duplicates)>> EpochsAsync(LiveApp app)
    {
        var (_, json, error) = await app.IngestAsync("audit");
        Assert.True(json.ValueKind == System.Text.Json.JsonValueKind.Object, error);
        return [.. json.GetProperty("partitions").EnumerateArray().Select(epoch => (
            epoch.GetProperty("epoch").GetInt32(), epoch.GetProperty("written").GetInt32(), epoch.GetProperty("duplicates").GetInt32()))];
    }
}
