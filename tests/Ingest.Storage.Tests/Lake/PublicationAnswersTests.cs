using System.Net;
using Azure;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Lake;

/// <summary>Answers that Azurite does not give by itself, and answers that never arrive.</summary>
[Collection(StorageCollection.Name)]
public sealed class PublicationAnswersTests : IDisposable
{
    private readonly TestStorage storage;
    private readonly ScriptedService service;
    private readonly SegmentName name;

    public PublicationAnswersTests(AzuriteFixture fixture)
    {
        storage = new TestStorage(fixture.Azurite);
        service = new ScriptedService(fixture.Azurite, storage.Options);
        name = storage.LakeSegment("telemetry", SegmentName.HourOf(Batches.SixOClock), Batches.Partition, 2, 0, 9);
    }

    public void Dispose()
    {
        service.Dispose();
        storage.Dispose();
    }

    [Fact]
    public async Task An_invalid_block_list_is_expired_only_where_nothing_is_published()
    {
        await StageAsync();
        service.Before = request => IsBlockList(request) ? ScriptedService.Refuse(HttpStatusCode.BadRequest, "InvalidBlockList") : null;

        Assert.Equal(PublishOutcome.Expired, await service.Segments.PublishAsync(name.ToString(), default));

        await storage.Segments.PublishAsync(name.ToString(), default);
        Assert.Equal(PublishOutcome.AlreadyPublished, await service.Segments.PublishAsync(name.ToString(), default));
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, "BlobAlreadyExists")]
    [InlineData(HttpStatusCode.PreconditionFailed, "ConditionNotMet")]
    public async Task Both_forms_of_already_there_are_known(HttpStatusCode status, string code)
    {
        service.Before = request => IsBlockList(request) ? ScriptedService.Refuse(status, code) : null;

        Assert.Equal(PublishOutcome.AlreadyPublished, await service.Segments.PublishAsync(name.ToString(), default));
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, "BlobImmutableDueToPolicy")]
    [InlineData(HttpStatusCode.PreconditionFailed, "LeaseIdMissing")]
    [InlineData(HttpStatusCode.BadRequest, "InvalidHeaderValue")]
    [InlineData(HttpStatusCode.Forbidden, "AuthorizationFailure")]
    [InlineData(HttpStatusCode.NotFound, "ContainerNotFound")]
    public async Task Every_other_answer_is_an_exception(HttpStatusCode status, string code)
    {
        service.Before = request => IsBlockList(request) ? ScriptedService.Refuse(status, code) : null;

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => service.Segments.PublishAsync(name.ToString(), default));

        Assert.Equal(code, failure.ErrorCode);
    }

    [Fact]
    public async Task A_publication_whose_answer_is_lost_is_found_to_be_there()
    {
        await StageAsync();
        var lost = 0;
        service.LosesAnswer = request => IsBlockList(request) && Interlocked.Increment(ref lost) == 1;

        Assert.Equal(PublishOutcome.AlreadyPublished, await service.Segments.PublishAsync(name.ToString(), default));

        Assert.True(await storage.Blobs.GetBlobContainerClient(name.Container).GetBlobClient(name.BlobName).ExistsAsync());
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_reads_as_not_mine_and_the_row_tells_the_truth()
    {
        var row = await service.Progress.TryInsertAsync(Batches.Partition, new PartitionProgress { Durable = -1, HubCreated = 1 }, default);
        var lost = 0;
        service.LosesAnswer = request => request.Headers.Contains("If-Match") && Interlocked.Increment(ref lost) == 1;

        Assert.Null(await service.Progress.TryReplaceAsync(Batches.Partition, row! with { Durable = 5 }, default));

        Assert.Equal(5, (await service.Progress.ReadAsync(Batches.Partition, default))!.Durable);
    }

    [Fact]
    public async Task A_segment_costs_two_blob_writes_and_a_commit_one_table_write()
    {
        var batch = Batches.OfEveryType(10);
        var lake = service.Lake();
        await service.Containers.EnsureAsync(name.Container, default);
        var row = await service.Progress.TryInsertAsync(Batches.Partition, new PartitionProgress { Durable = -1, HubCreated = 1 }, default);
        service.Requests.Clear();

        await lake.StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, default);
        await service.Progress.TryReplaceAsync(Batches.Partition, row! with { Durable = 9, Pending = [name.ToString()] }, default);
        await service.Segments.PublishAsync(name.ToString(), default);

        Assert.Equal(3, service.Requests.Count);
        Assert.Contains("comp=block&", service.Requests.ElementAt(0), StringComparison.Ordinal);
        Assert.Contains("comp=blocklist", service.Requests.ElementAt(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_was_garbled_on_its_way_is_refused()
    {
        service.Before = request =>
        {
            if (IsBlock(request))
            {
                request.Content = new GarbledContent(request.Content!);
            }

            return null;
        };

        await Assert.ThrowsAsync<RequestFailedException>(StageThroughServiceAsync);

        Assert.Equal(PublishOutcome.Expired, await storage.Segments.PublishAsync(name.ToString(), default));
    }

    private static bool IsBlock(HttpRequestMessage request) => request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal);

    private static bool IsBlockList(HttpRequestMessage request) => request.RequestUri!.Query.Contains("comp=blocklist", StringComparison.Ordinal);

    private async Task StageAsync()
    {
        var batch = Batches.OfEveryType(10);
        await storage.Lake.StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, default);
    }

    private async Task StageThroughServiceAsync()
    {
        var batch = Batches.OfEveryType(10);
        await service.Lake().StageAsync(name, batch, Batches.AllRows(batch), Batches.Context, default);
    }

    /// <summary>The same length and headers, one byte changed.</summary>
    private sealed class GarbledContent : HttpContent
    {
        private readonly HttpContent inner;

        public GarbledContent(HttpContent inner)
        {
            this.inner = inner;
            foreach (var (header, values) in inner.Headers)
            {
                Headers.TryAddWithoutValidation(header, values);
            }
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            using var copy = new MemoryStream();
            await inner.CopyToAsync(copy);
            var bytes = copy.ToArray();
            bytes[bytes.Length / 2] ^= 1;
            await stream.WriteAsync(bytes);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = inner.Headers.ContentLength ?? 0;
            return inner.Headers.ContentLength is not null;
        }
    }
}
