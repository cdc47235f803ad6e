using Azure.Data.Tables;
using Ingest.Cli;
using Ingest.Emulator;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>The rest of the protocol against the emulator and Azurite.</summary>
[Collection(LiveCollection.Name)]
public sealed class ProtocolTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_hub_that_is_deleted_and_created_again_begins_a_new_epoch()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        app.Emulator.DeleteHub(LiveApp.Hub);
        app.Emulator.CreateHub(new HubOptions(LiveApp.Hub, 1));
        app.Append(20);
        await app.RestartAsync();

        await app.DeliverAsync(12, 19);

        var row = await app.RowAsync();
        Assert.Equal((2, 19, 30), (row.Epoch, row.Durable, row.Totals.Written));
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task What_retention_removed_is_recorded_as_absent_and_the_rest_of_the_gap_is_fetched()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        app.Append(30);
        app.Partition.TrimTo(20);

        await app.DeliverAsync(35, 39);

        var row = await app.RowAsync();
        Assert.Equal((39, 10, 30), (row.Durable, row.Totals.Absent, row.Totals.Written));
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_tail_that_the_host_skipped_is_fetched_by_the_sweeper()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Options.TailRepairAfter = TimeSpan.Zero;
        app.Append(30);
        await app.DeliverAsync(0, 4);

        await app.SweepAsync();

        Assert.Equal(29, (await app.RowAsync()).Durable);
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task What_expired_before_it_was_published_is_read_from_the_hub_again_without_doubling_the_rest()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);

        // As after a week: of two segments one is gone, and the row still names both.
        var row = await app.RowAsync();
        var gone = SegmentName.TryParse(row.Pending[0])!;
        await app.Blobs.GetBlobContainerClient(gone.Container).GetBlobClient(gone.BlobName).DeleteAsync();
        await app.RestartAsync();
        app.Append(10);
        await app.DeliverAsync(10, 19);

        Assert.Equal((19, 20, 0), ((await app.RowAsync()).Durable, (await app.RowAsync()).Totals.Written, (await app.RowAsync()).Totals.Absent));
        await app.AssertAuditAsync();
    }

    [Fact]
    public async Task A_row_of_an_unknown_format_holds_the_partition_and_says_so()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 4);
        var entity = await app.ProgressTable.QueryAsync<TableEntity>().SingleAsync();
        await app.ProgressTable.UpdateEntityAsync(new TableEntity(entity.PartitionKey, entity.RowKey) { ["Format"] = 99 }, entity.ETag);
        await app.RestartAsync();

        var held = await Assert.ThrowsAsync<UnknownProgressFormatException>(() => app.DeliverAsync(5, 9));

        Assert.True(held.NeedsOperator);
        var after = await app.ProgressTable.QueryAsync<TableEntity>().SingleAsync();
        Assert.Contains("has format 99", after.GetString("Hold"), StringComparison.Ordinal);
        Assert.Equal(4L, after.GetInt64("Durable"));
        Assert.Equal(ExitCode.CannotBeDone, (await app.IngestAsync("progress", "show")).ExitCode);
    }

    [Fact]
    public async Task A_read_of_the_log_is_bounded_by_bytes_and_brings_at_least_one_event()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(12, bytes: 300_000);

        var several = await app.Log.ReadAsync(app.Id, 0, null, 100, 1_000_000, default);
        var one = await app.Log.ReadAsync(app.Id, 5, null, 100, 1000, default);
        var all = await app.Log.ReadAsync(app.Id, 0, null, 100, 100_000_000, default);

        Assert.Equal([0L, 1, 2], several.Select(e => e.SequenceNumber));
        Assert.Equal([5L], one.Select(e => e.SequenceNumber));
        Assert.Equal(12, all.Count);
    }
}
