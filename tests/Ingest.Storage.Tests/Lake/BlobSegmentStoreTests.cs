using System.Text;
using Azure;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Lake;

[Collection(StorageCollection.Name)]
public sealed class BlobSegmentStoreTests(AzuriteFixture fixture) : IDisposable
{
    private static readonly long Hour = SegmentName.HourOf(Batches.SixOClock);

    private readonly TestStorage storage = new(fixture.Azurite);

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task A_staged_segment_is_invisible_until_it_is_published()
    {
        var name = await StageAsync("telemetry", Hour, 0, 9);
        var container = storage.Blobs.GetBlobContainerClient(name.Container);

        Assert.Empty(await ListAsync());
        Assert.False(await container.GetBlobClient(name.BlobName).ExistsAsync());
        Assert.Null(await storage.Segments.FindLastVisibleAsync(Batches.Partition, null, default));

        Assert.Equal(PublishOutcome.Published, await storage.Segments.PublishAsync(name.ToString(), default));

        Assert.Equal([name], await ListAsync());
        Assert.Equal((2, 9L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, null, default));
        using var duck = new Duck();
        Assert.Equal(10L, duck.Scalar($"SELECT count(*) FROM {duck.Parquet(await storage.DownloadAsync(name))}"));
    }

    [Fact]
    public async Task Publishing_again_says_that_it_is_already_there_and_changes_nothing()
    {
        var name = await StageAsync("telemetry", Hour, 0, 9);
        await storage.Segments.PublishAsync(name.ToString(), default);
        var blob = storage.Blobs.GetBlobContainerClient(name.Container).GetBlobClient(name.BlobName);
        var before = (await blob.GetPropertiesAsync()).Value.ETag;

        Assert.Equal(PublishOutcome.AlreadyPublished, await storage.Segments.PublishAsync(name.ToString(), default));

        Assert.Equal(before, (await blob.GetPropertiesAsync()).Value.ETag);
    }

    [Fact]
    public async Task Staging_the_same_name_again_after_publication_cannot_change_what_is_visible()
    {
        var name = await StageAsync("telemetry", Hour, 0, 9);
        await storage.Segments.PublishAsync(name.ToString(), default);

        await storage.Lake.StageAsync(name, Batches.OfEveryType(3), new[] { 0, 1, 2 }, Batches.Context, default);

        Assert.Equal(PublishOutcome.AlreadyPublished, await storage.Segments.PublishAsync(name.ToString(), default));
        using var duck = new Duck();
        Assert.Equal(10L, duck.Scalar($"SELECT count(*) FROM {duck.Parquet(await storage.DownloadAsync(name))}"));
    }

    [Fact]
    public async Task Sixteen_publishers_at_once_have_exactly_one_winner()
    {
        var name = await StageAsync("telemetry", Hour, 0, 9);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => storage.Segments.PublishAsync(name.ToString(), default))));

        Assert.Equal(1, outcomes.Count(o => o == PublishOutcome.Published));
        Assert.Equal(15, outcomes.Count(o => o == PublishOutcome.AlreadyPublished));
    }

    [Fact]
    public async Task A_segment_whose_block_is_gone_has_expired()
    {
        await StageAsync("telemetry", Hour, 0, 9);
        var neverStaged = storage.LakeSegment("telemetry", Hour, Batches.Partition, 2, 10, 19);

        Assert.Equal(PublishOutcome.Expired, await storage.Segments.PublishAsync(neverStaged.ToString(), default));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_store_that_is_down_is_an_exception_and_not_an_outcome()
    {
        var configuration = new StorageOptions { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(1) };
        using var clients = new StorageClients(new DataOptions { ConnectionString = fixture.Azurite.ConnectionString.Replace(
            fixture.Azurite.BlobEndpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "1", StringComparison.Ordinal) }, configuration);
        var containers = new Storage.Lake.BlobContainers(clients.Blobs);
        var store = new Storage.Lake.BlobSegmentStore(containers, new(clients.Blobs, configuration), new(clients.Blobs), configuration, TimeProvider.System);
        var path = storage.LakeSegment("telemetry", Hour, Batches.Partition, 2, 0, 9).ToString();

        await Assert.ThrowsAnyAsync<RequestFailedException>(() => store.PublishAsync(path, default));
        await Assert.ThrowsAnyAsync<Exception>(() => store.FindLastVisibleAsync(Batches.Partition, null, default));
    }

    [Fact]
    public async Task A_cancelled_stage_leaves_nothing_that_could_be_published()
    {
        var name = storage.LakeSegment("telemetry", Hour, Batches.Partition, 2, 0, 9);
        var batch = Batches.OfEveryType(10);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            storage.Lake.StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, new CancellationToken(canceled: true)));

        Assert.Equal(PublishOutcome.Expired, await storage.Segments.PublishAsync(name.ToString(), default));
    }

    [Fact]
    public async Task A_stream_is_written_as_its_definition_says()
    {
        var definition = LatestStream.Definition("Unused1") with { Lake = new(LakeCompression.Gzip, ["deviceId"]) };
        using var configured = new TestStorage(fixture.Azurite, streams: [definition]);
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "b", 1, 0, 0);
        LatestStream.Add(batch, "a", 1, 1, 0);
        var name = configured.LakeSegment("telemetry", Hour, Batches.Partition, 2, 0, 1);

        await configured.Lake.StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, default);
        await configured.Segments.PublishAsync(name.ToString(), default);

        using var duck = new Duck();
        var file = duck.Parquet(await configured.DownloadAsync(name));
        Assert.Equal(["a", "b"], duck.Rows($"SELECT deviceId FROM {file}"));
        Assert.Equal(["GZIP"], duck.Rows($"SELECT DISTINCT compression FROM {file.Replace("read_parquet", "parquet_metadata", StringComparison.Ordinal)}"));
    }

    [Fact]
    public async Task Many_segments_staged_at_once_are_all_whole()
    {
        var batch = Batches.OfEveryType(2000);
        var names = Enumerable.Range(0, 40).Select(i => storage.LakeSegment("s" + (i % 4), Hour + i, Batches.Partition, 2, 0, 1999)).ToList();

        // Each segment has its own share of the batch's rows, as the hours of one commit have.
        await Task.WhenAll(names.Select((name, i) => storage.Lake.StageAsync(
            name, batch, Enumerable.Range(i * 50, 50).ToArray(), Batches.Context, default)));
        var outcomes = await Task.WhenAll(names.Select(name => storage.Segments.PublishAsync(name.ToString(), default)));

        Assert.All(outcomes, outcome => Assert.Equal(PublishOutcome.Published, outcome));
        using var duck = new Duck();
        for (var i = 0; i < names.Count; i++)
        {
            var file = duck.Parquet(await storage.DownloadAsync(names[i]));
            Assert.Equal([$"50|{i * 50}|{(i * 50) + 49}"], duck.Rows($"SELECT count(*), min(_sequence), max(_sequence) FROM {file}"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("lake")]
    [InlineData("/x")]
    [InlineData("lake/")]
    public async Task A_path_without_container_and_file_is_refused(string path) =>
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Segments.PublishAsync(path, default));

    [Fact]
    public async Task The_last_visible_segment_is_found_over_streams_hours_and_quarantine_and_only_for_its_partition()
    {
        await PublishAsync("telemetry", Hour, 0, 99);
        await PublishAsync("alerts", Hour + 30, 100, 150);
        await PublishAsync("telemetry", Hour + 1, 0, 999_999, Batches.Partition with { Number = 4 });
        await PublishAsync("telemetry", Hour + 1, 0, 888_888, Batches.Partition with { Hub = "telemetry-p0003-e2" });
        Assert.Equal((2, 150L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, null, default));

        var quarantined = storage.QuarantineSegment(Hour + 40, Batches.Partition, 3, 5, 6);
        await storage.Quarantine.StageAsync(quarantined, [Quarantined(5)], Batches.Context with { Epoch = 3 }, default);
        await storage.Segments.PublishAsync(quarantined.ToString(), default);

        // A greater epoch wins over a greater number.
        Assert.Equal((3, 6L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, null, default));
    }

    [Fact]
    public async Task Hours_before_the_first_one_wanted_are_left_out()
    {
        var longAgo = Hour - 1000;
        await PublishAsync("telemetry", longAgo, 1000, 2000);
        await PublishAsync("telemetry", longAgo + 1, 0, 10);
        await PublishAsync("telemetry", longAgo + 24, 20, 30);

        Assert.Equal((2, 2000L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, longAgo, default));
        Assert.Equal((2, 30L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, longAgo + 1, default));
        Assert.Equal((2, 30L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, longAgo + 24, default));
        Assert.Null(await storage.Segments.FindLastVisibleAsync(Batches.Partition, longAgo + 25, default));
    }

    [Fact]
    public async Task A_few_hours_are_listed_without_looking_for_their_folders()
    {
        var other = Batches.Partition with { Number = 9 };
        await PublishAsync("telemetry", Hour, 1000, 2000);
        await PublishAsync("alerts", Hour + 1, 0, 10);
        var quarantine = await PublishQuarantineAsync(Hour + 2, 500);
        await PublishAsync("telemetry", Hour + 2, 900, 950, other);
        await PublishAsync("telemetry", Hour + 3, 20, 30);

        Assert.Equal([(Hour, 2000L), (Hour + 1, 10)], await FoundAsync(Hour, Hour + 1));
        Assert.Equal([(Hour + 1, 10L), (Hour + 2, quarantine.Last)], await FoundAsync(Hour + 1, Hour + 2));
        Assert.Empty(await FoundAsync(Hour + 4, Hour + 20));

        // Too many to be tried one by one: those that exist are looked for.
        Assert.Equal([(Hour, 2000L), (Hour + 1, 10), (Hour + 2, quarantine.Last), (Hour + 3, 30)], await FoundAsync(Hour, Hour + 5000));

        async Task<List<(long Hour, long Last)>> FoundAsync(long from, long to) =>
            await storage.Listing.ListAsync(Batches.Partition, from, to).Select(segment => (segment.Name.Hour, segment.Name.Last)).Order().ToListAsync();
    }

    [Fact]
    public async Task Where_there_is_no_container_yet_no_hour_holds_anything()
    {
        Assert.Empty(await storage.Listing.ListAsync(Batches.Partition, Hour, Hour + 1).ToListAsync());
        Assert.Null(await storage.Segments.FindLastVisibleAsync(Batches.Partition, SegmentName.HourOf(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()), default));
    }

    [Fact]
    public async Task The_last_visible_of_this_hour_may_lie_in_the_next_one()
    {
        var hour = SegmentName.HourOf(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await PublishAsync("telemetry", hour, 0, 10);
        Assert.Equal((2, 10L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, hour, default));

        // The hub's clock may be ahead of ours.
        await PublishAsync("telemetry", hour + 1, 11, 20);
        Assert.Equal((2, 20L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, hour, default));
        await PublishAsync("telemetry", hour + 5, 21, 30);
        await PublishAsync("telemetry", hour + 6, 31, 40);
        Assert.Equal((2, 40L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, hour + 5, default));
    }

    [Fact]
    public async Task Strangers_in_the_container_are_not_segments()
    {
        var name = await PublishAsync("telemetry", Hour, 0, 9);
        var container = storage.Blobs.GetBlobContainerClient(name.Container);
        foreach (var stranger in new[] { "readme.md", "telemetry/notes.txt", "telemetry/date=2026-11-23/hour=06/telemetry-p0003-e2-notes.parquet", "zzz/date=tomorrow/x" })
        {
            await container.GetBlobClient(stranger).UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes("x")));
        }

        Assert.Equal([name], await ListAsync());
        Assert.Equal((2, 9L), await storage.Segments.FindLastVisibleAsync(Batches.Partition, Hour, default));
    }

    [Fact]
    public async Task Many_segments_of_many_hours_are_all_listed_once()
    {
        var names = new List<SegmentName>();
        for (var hour = 0; hour < 30; hour++)
        {
            names.Add(await PublishAsync(hour % 2 == 0 ? "telemetry" : "alerts", Hour + hour, hour * 10, (hour * 10) + 9));
        }

        Assert.Equal(names.OrderBy(n => n.First), (await ListAsync()).OrderBy(n => n.First));
    }

    private static Ingest.Pipeline.Records.QuarantinedRecord Quarantined(long sequence) =>
        Ingest.Pipeline.Records.QuarantinedRecord.WholeEvent(Batches.Event(sequence), new Fault(FaultStage.Decode, FaultCode.Malformed, "No JSON."), null);

    private async Task<SegmentName> StageAsync(string stream, long hour, long first, long last, PartitionId? partition = null)
    {
        var name = storage.LakeSegment(stream, hour, partition ?? Batches.Partition, 2, first, last);
        var batch = Batches.OfEveryType(10);
        await storage.Lake.StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, default);
        return name;
    }

    private async Task<SegmentName> PublishAsync(string stream, long hour, long first, long last, PartitionId? partition = null)
    {
        var name = await StageAsync(stream, hour, first, last, partition);
        Assert.Equal(PublishOutcome.Published, await storage.Segments.PublishAsync(name.ToString(), default));
        return name;
    }

    private async Task<SegmentName> PublishQuarantineAsync(long hour, long sequence)
    {
        var name = storage.QuarantineSegment(hour, Batches.Partition, 2, sequence, sequence);
        await storage.Quarantine.StageAsync(name, [Quarantined(sequence)], Batches.Context, default);
        Assert.Equal(PublishOutcome.Published, await storage.Segments.PublishAsync(name.ToString(), default));
        return name;
    }

    private async Task<List<SegmentName>> ListAsync()
    {
        var names = new List<SegmentName>();
        await foreach (var segment in storage.Listing.ListAsync(null, null))
        {
            Assert.True(segment.Length > 0);
            names.Add(segment.Name);
        }

        return names;
    }
}
