using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Lake;

/// <summary>Publication and listing of segments in Blob Storage.</summary>
internal sealed class BlobSegmentStore(BlobContainers containers, SegmentListing listing, SegmentReader reader, StorageOptions options, TimeProvider time) : ISegmentStore
{
    private static readonly string AbsentCode = FaultCode.AbsentUpstream.ToText();

    public string LakeContainer => options.LakeContainer;

    public string QuarantineContainer => options.QuarantineContainer;

    public async Task<PublishOutcome> PublishAsync(string path, CancellationToken cancellationToken)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
        {
            throw new ArgumentException($"'{path}' is not a segment's path: container/folders/file.", nameof(path));
        }

        var container = await containers.EnsureAsync(path[..slash], cancellationToken).ConfigureAwait(false);
        var blob = container.GetBlockBlobClient(path[(slash + 1)..]);
        var once = new CommitBlockListOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/vnd.apache.parquet" },
        };
        try
        {
            await blob.CommitBlockListAsync([SegmentStager.BlockId], once, cancellationToken).ConfigureAwait(false);
            return PublishOutcome.Published;
        }
        catch (RequestFailedException failure) when (IsAlreadyThere(failure))
        {
            return PublishOutcome.AlreadyPublished;
        }
        catch (RequestFailedException failure) when (failure is { Status: 400, ErrorCode: "InvalidBlockList" })
        {
            // The service does not promise to check the condition before the block list, and a published segment has no
            // staged block any more. Taking it for expired would write its events a second time.
            return await blob.ExistsAsync(cancellationToken).ConfigureAwait(false) ? PublishOutcome.AlreadyPublished : PublishOutcome.Expired;
        }
    }

    public async Task<(int Epoch, long Last)?> FindLastVisibleAsync(PartitionId partition, long? fromHour, CancellationToken cancellationToken)
    {
        (int Epoch, long Last)? greatest = null;
        var found = fromHour is { } from
            ? listing.ListAsync(partition, from, Math.Max(from, SegmentName.HourOf(time.GetUtcNow().ToUnixTimeMilliseconds())) + 1, cancellationToken)
            : listing.ListAsync(partition, null, cancellationToken);
        await foreach (var segment in found.ConfigureAwait(false))
        {
            var last = (segment.Name.Epoch, segment.Name.Last);
            if (greatest is null || last.CompareTo(greatest.Value) > 0)
            {
                greatest = last;
            }
        }

        return greatest;
    }

    public async Task<HeldRecords> FindRecordsAsync(PartitionId partition, int epoch, EventRange range, long? fromHour, CancellationToken cancellationToken)
    {
        var records = new HashSet<RecordPlace>();
        var (absent, duplicates) = (new List<EventRange>(), 0L);
        await foreach (var segment in listing.ListAsync(partition, fromHour, cancellationToken).ConfigureAwait(false))
        {
            if (segment.Name.Epoch != epoch || segment.Name.Last < range.First || range.Last < segment.Name.First)
            {
                continue;
            }

            var origins = await reader.ReadAsync(segment, AlsoRead.Nothing, cancellationToken).ConfigureAwait(false);
            for (var row = 0; row < origins.Rows; row++)
            {
                if (origins.Code.Length > 0 && origins.Code[row] == AbsentCode)
                {
                    absent.Add(new EventRange(origins.Sequence[row], origins.LastSequence[row]));
                }
                else if (range.First <= origins.Sequence[row] && origins.Sequence[row] <= range.Last)
                {
                    duplicates += records.Add(new RecordPlace(origins.Sequence[row], checked((int)origins.Index[row]))) ? 0 : 1;
                }
            }
        }

        return new HeldRecords(records, duplicates, absent);
    }

    private static bool IsAlreadyThere(RequestFailedException failure) => failure
        is { Status: 409, ErrorCode: "BlobAlreadyExists" } or { Status: 412, ErrorCode: "ConditionNotMet" };
}
