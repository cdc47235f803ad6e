using Azure;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Progress;

[Collection(StorageCollection.Name)]
public sealed class TableProgressStoreTests(AzuriteFixture fixture) : IDisposable
{
    private static readonly PartitionProgress First = new() { Durable = -1, HubCreated = 1_700_000_000_000 };

    private readonly TestStorage storage = new(fixture.Azurite);

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task A_partition_without_a_row_reads_as_null() =>
        Assert.Null(await storage.Progress.ReadAsync(Batches.Partition, default));

    [Fact]
    public async Task What_is_written_is_what_is_read()
    {
        var inserted = await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var written = inserted! with
        {
            Durable = 4711,
            Offset = "8590000000",
            Pending = ["lake/telemetry/date=2026-11-23/hour=06/a.parquet", "quarantine/date=2026-11-23/hour=06/b.parquet"],
            EnqueuedMax = Batches.SixOClock,
            Epoch = 7,
            HubCreated = 1_700_000_000_123,
            Totals = new(1, 2, 3, 4),
        };

        var replaced = await storage.Progress.TryReplaceAsync(Batches.Partition, written, default);
        var read = await storage.Progress.ReadAsync(Batches.Partition, default);

        Assert.NotEqual(inserted.ETag, replaced!.ETag);
        Assert.Equal(replaced.ETag, read!.ETag);
        Assert.Equal(written.Pending.AsEnumerable(), read.Pending);
        Assert.InRange(read.WrittenAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Equal(written with { Pending = [], ETag = null }, read with { Pending = [], ETag = null, WrittenAt = null });
    }

    [Fact]
    public async Task An_offset_and_pending_names_that_are_no_longer_there_read_as_none()
    {
        var row = await storage.Progress.TryInsertAsync(Batches.Partition, First with { Offset = "5", Pending = ["a", "b"] }, default);

        await storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Offset = null, Pending = [] }, default);

        var read = await storage.Progress.ReadAsync(Batches.Partition, default);
        Assert.Null(read!.Offset);
        Assert.Empty(read.Pending);
    }

    [Fact]
    public async Task Pending_names_beyond_one_property_are_chunked_and_the_rest_of_a_longer_list_does_not_survive()
    {
        string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"lake/{i}/{new string('x', 1000)}")];
        var row = await storage.Progress.TryInsertAsync(Batches.Partition, First with { Pending = [.. Names(80)] }, default);
        Assert.Equal(Names(80), (await storage.Progress.ReadAsync(Batches.Partition, default))!.Pending);

        row = await storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Pending = [.. Names(3)] }, default);
        Assert.Equal(Names(3), (await storage.Progress.ReadAsync(Batches.Partition, default))!.Pending);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Pending = [.. Names(100)] }, default));
    }

    [Fact]
    public async Task Sixteen_inserts_at_once_have_exactly_one_winner()
    {
        var rows = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
            storage.Progress.TryInsertAsync(Batches.Partition, First with { Durable = i }, default))));

        var winner = Assert.Single(rows, row => row is not null);
        var read = await storage.Progress.ReadAsync(Batches.Partition, default);
        Assert.Equal((winner!.Durable, winner.ETag), (read!.Durable, read.ETag));
    }

    [Fact]
    public async Task Of_many_commits_on_the_same_row_exactly_one_goes_through_every_time()
    {
        var row = await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        for (var round = 0; round < 20; round++)
        {
            var commits = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
                storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Durable = (round * 100) + i }, default))));

            row = Assert.Single(commits, commit => commit is not null);
            Assert.Equal(row!.Durable, (await storage.Progress.ReadAsync(Batches.Partition, default))!.Durable);
        }
    }

    [Fact]
    public async Task A_stale_row_cannot_commit_and_a_row_that_was_never_stored_cannot_replace()
    {
        var stale = await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        await storage.Progress.TryReplaceAsync(Batches.Partition, stale! with { Durable = 10 }, default);

        Assert.Null(await storage.Progress.TryReplaceAsync(Batches.Partition, stale with { Durable = 5 }, default));
        Assert.Equal(10, (await storage.Progress.ReadAsync(Batches.Partition, default))!.Durable);
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Progress.TryReplaceAsync(Batches.Partition, First, default));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            storage.Progress.TryReplaceAsync(Batches.Partition, First with { ETag = ETag.All.ToString() }, default));
    }

    [Fact]
    public async Task A_row_that_was_deleted_cannot_be_replaced()
    {
        var row = await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var entity = await EntityAsync();
        await Table.DeleteEntityAsync(entity.PartitionKey, entity.RowKey);

        Assert.Null(await storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Durable = 5 }, default));
        Assert.Null(await storage.Progress.ReadAsync(Batches.Partition, default));
    }

    [Fact]
    public async Task Properties_of_another_version_survive_a_commit()
    {
        await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var entity = await EntityAsync();
        entity["FromTheFuture"] = "kept";
        await Table.UpdateEntityAsync(entity, entity.ETag);

        var row = await storage.Progress.ReadAsync(Batches.Partition, default);
        await storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Durable = 9 }, default);

        Assert.Equal("kept", (await EntityAsync()).GetString("FromTheFuture"));
    }

    [Fact]
    public async Task A_format_of_another_version_is_refused_whatever_else_the_row_holds()
    {
        await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var entity = await EntityAsync();
        await Table.UpsertEntityAsync(new TableEntity(entity.PartitionKey, entity.RowKey) { ["Format"] = 2 }, TableUpdateMode.Replace);

        await Assert.ThrowsAsync<UnknownProgressFormatException>(() => storage.Progress.ReadAsync(Batches.Partition, default));
    }

    [Fact]
    public async Task A_row_without_a_number_it_must_have_is_refused()
    {
        await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var entity = await EntityAsync();
        await Table.UpsertEntityAsync(new TableEntity(entity.PartitionKey, entity.RowKey) { ["Format"] = 1 }, TableUpdateMode.Replace);

        await Assert.ThrowsAsync<InvalidDataException>(() => storage.Progress.ReadAsync(Batches.Partition, default));
    }

    [Fact]
    public async Task The_keys_are_spelt_as_names_md_has_them_and_decode_back()
    {
        await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var entity = await EntityAsync();
        Assert.Equal($"devstoreaccount1|lake{storage.Suffix}|contoso.servicebus.windows.net|telemetry", entity.PartitionKey);
        Assert.Equal("0003", entity.RowKey);

        var odd = new PartitionId("a/b#c", "d|e%f", 12);
        await storage.Progress.TryInsertAsync(odd, First, default);
        var listed = new List<PartitionId>();
        await foreach (var stored in storage.Progress.ListAsync())
        {
            listed.Add(stored.Partition);
        }

        Assert.Equal(new HashSet<PartitionId> { odd, Batches.Partition }, listed.ToHashSet());
    }

    [Fact]
    public async Task A_hold_is_noted_once_with_its_time_and_taken_away_again()
    {
        await storage.Progress.SetHoldAsync(Batches.Partition, "row lost", default);
        Assert.Null(await storage.Progress.ReadAsync(Batches.Partition, default));

        await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        await storage.Progress.SetHoldAsync(Batches.Partition, "numbers reused", default);
        var held = await EntityAsync();
        Assert.Equal($"numbers reused since {storage.Time.GetUtcNow():O}", held.GetString("Hold"));

        storage.Time.Advance(TimeSpan.FromMinutes(5));
        await storage.Progress.SetHoldAsync(Batches.Partition, "numbers reused", default);
        Assert.Equal(held.ETag, (await EntityAsync()).ETag);

        await storage.Progress.SetHoldAsync(Batches.Partition, null, default);
        Assert.Equal("", (await EntityAsync()).GetString("Hold"));
        Assert.Equal(First.Durable, (await storage.Progress.ReadAsync(Batches.Partition, default))!.Durable);
    }

    [Fact]
    public async Task A_row_is_deleted_only_as_it_was_read()
    {
        var row = await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var moved = await storage.Progress.TryReplaceAsync(Batches.Partition, row! with { Durable = 5 }, default);

        Assert.False(await storage.Progress.TryDeleteAsync(Batches.Partition, row!, default));
        Assert.True(await storage.Progress.TryDeleteAsync(Batches.Partition, moved!, default));
        Assert.Null(await storage.Progress.ReadAsync(Batches.Partition, default));
    }

    [Fact]
    public async Task Skipped_ranges_that_somebody_else_wrote_otherwise_are_refused_with_what_is_expected()
    {
        await storage.Progress.TryInsertAsync(Batches.Partition, First, default);
        var entity = await EntityAsync();
        await Table.UpdateEntityAsync(new TableEntity(entity.PartitionKey, entity.RowKey) { ["Skipped"] = "5..9" }, entity.ETag);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => storage.Progress.ReadAsync(Batches.Partition, default));

        Assert.Contains("10-19,30-39", refused.Message, StringComparison.Ordinal);
    }

    private TableClient Table => storage.Tables.GetTableClient(storage.Options.ProgressTable);

    private async Task<TableEntity> EntityAsync()
    {
        await foreach (var entity in Table.QueryAsync<TableEntity>())
        {
            return entity;
        }

        throw new InvalidOperationException("The table is empty.");
    }
}
