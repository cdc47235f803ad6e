using System.Text;
using Azure;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Lake;

[Collection(StorageCollection.Name)]
public sealed class SegmentReaderTests(AzuriteFixture fixture) : IDisposable
{
    private static readonly long Hour = SegmentName.HourOf(Batches.SixOClock);

    private readonly TestStorage storage = new(fixture.Azurite);

    public void Dispose() => storage.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    public async Task The_origin_columns_of_a_lake_segment_are_read(int rows)
    {
        var segment = await PublishLakeAsync(Batches.OfEveryType(rows));

        var origins = await storage.Reader.ReadAsync(segment);

        Assert.Equal(rows, origins.Rows);
        Assert.Equal(Enumerable.Range(0, rows).Select(i => (long)i), origins.Sequence);
        Assert.Equal(origins.Sequence, origins.LastSequence);
        Assert.All(origins.Epoch, epoch => Assert.Equal(2, epoch));
        Assert.All(origins.Partition, partition => Assert.Equal(3, partition));
        Assert.All(origins.Index, index => Assert.Equal(0, index));
        Assert.Empty(origins.EnqueuedUnixMs);

        var timed = await storage.Reader.ReadAsync(segment, AlsoRead.EnqueuedTimes);

        Assert.Equal(origins.Sequence.Select(sequence => Batches.SixOClock + sequence), timed.EnqueuedUnixMs);
        Assert.Empty(timed.Id);
    }

    [Fact]
    public async Task Payload_columns_are_not_downloaded()
    {
        var batch = new RecordBatch("telemetry", "v", [new("payload", ColumnType.String)]);
        var random = new Random(1);
        var payload = new byte[2000];
        for (var row = 0; row < 3000; row++)
        {
            random.NextBytes(payload);
            ((BytesColumn)batch["payload"]).Append(Encoding.ASCII.GetBytes(Convert.ToBase64String(payload)));
            Batches.Commit(batch, row, null, "");
        }

        var segment = await PublishLakeAsync(batch);

        var (origins, downloaded) = await storage.Reader.ReadMeasuredAsync(segment, AlsoRead.Nothing, default);

        Assert.Equal(3000, origins.Rows);
        Assert.True(segment.Length > 4_000_000, $"{segment.Length}");
        Assert.True(downloaded < 32 * 1024, $"{downloaded} bytes were downloaded.");
        Assert.Empty(origins.Id);

        (origins, downloaded) = await storage.Reader.ReadMeasuredAsync(segment, AlsoRead.Ids, default);

        Assert.Equal(3000, origins.Id.Distinct().Count());
        Assert.All(Enumerable.Range(0, 3000), row => Assert.EndsWith($"/{row}/0", origins.Id[row], StringComparison.Ordinal));
        Assert.True(downloaded < 300 * 1024, $"{downloaded} bytes were downloaded.");
    }

    [Fact]
    public async Task A_quarantine_segment_tells_stream_code_range_and_whether_all_of_the_event_was_refused()
    {
        var name = storage.QuarantineSegment(Hour, Batches.Partition, 2, 0, 9);
        await storage.Quarantine.StageAsync(
            name,
            [
                QuarantinedRecord.WholeEvent(Batches.Event(1), new Fault(FaultStage.Route, FaultCode.UnknownStream, "None."), null),
                new(Batches.Event(2), 7, new byte[10], false, new Fault(FaultStage.Validate, FaultCode.Schema, "No.", "/x"), "telemetry", 2),
                QuarantinedRecord.Absent(3, 9, Batches.SixOClock),
            ],
            Batches.Context, default);
        await storage.Segments.PublishAsync(name.ToString(), default);

        var origins = await storage.Reader.ReadAsync(await VisibleAsync(name));

        Assert.Equal([1L, 2, 3], origins.Sequence);
        Assert.Equal([1L, 2, 9], origins.LastSequence);
        Assert.Equal([0L, 7, 0], origins.Index);
        Assert.Equal(new string?[] { null, "telemetry", null }, origins.Stream.AsEnumerable());
        Assert.Equal(["unknown-stream", "schema", "absent-upstream"], origins.Code);
        Assert.Equal([true, false, true], origins.IsWholeEvent);

        var timed = await storage.Reader.ReadAsync(await VisibleAsync(name), AlsoRead.EnqueuedTimes | AlsoRead.Ids);

        Assert.Equal([Batches.SixOClock + 1, Batches.SixOClock + 2, Batches.SixOClock], timed.EnqueuedUnixMs);
        Assert.Empty(timed.Id);
    }

    [Fact]
    public async Task A_blob_that_is_no_segment_is_told_apart_from_one_that_is_gone()
    {
        var name = storage.LakeSegment("telemetry", Hour, Batches.Partition, 2, 0, 9);
        await Assert.ThrowsAsync<RequestFailedException>(() => storage.Reader.ReadAsync(new(name, 100)));

        var container = storage.Blobs.GetBlobContainerClient(name.Container);
        await container.CreateIfNotExistsAsync();
        await container.GetBlobClient(name.BlobName).UploadAsync(new MemoryStream(new byte[100]));

        await Assert.ThrowsAsync<InvalidDataException>(() => storage.Reader.ReadAsync(new(name, 100)));
    }

    private async Task<VisibleSegment> PublishLakeAsync(RecordBatch batch)
    {
        var name = storage.LakeSegment("telemetry", Hour, Batches.Partition, 2, 0, batch.RowCount - 1);
        await storage.Lake.StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, default);
        Assert.Equal(PublishOutcome.Published, await storage.Segments.PublishAsync(name.ToString(), default));
        return await VisibleAsync(name);
    }

    private async Task<VisibleSegment> VisibleAsync(SegmentName name)
    {
        await foreach (var segment in storage.Listing.ListAsync(null, null))
        {
            if (segment.Name == name)
            {
                return segment;
            }
        }

        throw new InvalidOperationException($"{name} is not listed.");
    }
}
