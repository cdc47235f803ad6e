using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ingest.Pipeline.Events;

namespace Ingest.Storage.Lake;

/// <summary>A visible segment.</summary>
/// <param name="Length">Bytes of the file.</param>
public sealed record VisibleSegment(SegmentName Name, long Length);

/// <summary>
/// Lists visible segments by walking the folders that exist (stream, date, hour), several at a time; hours before the first
/// one wanted are never listed.
/// </summary>
public sealed class SegmentListing
{
    private const int Parallelism = 16;

    private readonly BlobServiceClient service;
    private readonly StorageOptions options;

    public SegmentListing(BlobServiceClient service, StorageOptions options)
    {
        this.service = service;
        this.options = options;
    }

    /// <summary>Segments of lake and quarantine, in no order; blobs that are not segments of ours are left out.</summary>
    /// <param name="partition">Only this hub and partition; null: all.</param>
    /// <param name="fromHour">Hours since the Unix epoch; null: all.</param>
    public async IAsyncEnumerable<VisibleSegment> ListAsync(
        PartitionId? partition, long? fromHour, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var found = Channel.CreateBounded<VisibleSegment>(new BoundedChannelOptions(4096) { SingleReader = true });
        var walk = WalkAsync(found.Writer, partition, fromHour, stopping.Token);
        try
        {
            await foreach (var segment in found.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return segment;
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await walk.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await walk.ConfigureAwait(false);
    }

    private async Task WalkAsync(
        ChannelWriter<VisibleSegment> found, PartitionId? partition, long? fromHour, CancellationToken cancellationToken)
    {
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
            var dates = new List<(BlobContainerClient Container, string Folder)>();
            await CollectDatesAsync(dates, cancellationToken).ConfigureAwait(false);
            await Parallel.ForEachAsync(dates.Where(d => EndsAtOrAfter(d.Folder, fromHour)), parallel, async (date, token) =>
            {
                await foreach (var hour in FoldersAsync(date.Container, date.Folder, token).ConfigureAwait(false))
                {
                    if (EndsAtOrAfter(hour, fromHour))
                    {
                        await ListHourAsync(found, date.Container, hour, partition, token).ConfigureAwait(false);
                    }
                }
            }).ConfigureAwait(false);
            found.Complete();
        }
        catch (Exception failure)
        {
            // Reaches the reader, who enumerates.
            found.Complete(failure);
            throw;
        }
    }

    private async Task CollectDatesAsync(List<(BlobContainerClient Container, string Folder)> dates, CancellationToken cancellationToken)
    {
        var lake = service.GetBlobContainerClient(options.LakeContainer);
        await foreach (var stream in FoldersAsync(lake, "", cancellationToken).ConfigureAwait(false))
        {
            await foreach (var date in FoldersAsync(lake, stream, cancellationToken).ConfigureAwait(false))
            {
                dates.Add((lake, date));
            }
        }

        var quarantine = service.GetBlobContainerClient(options.QuarantineContainer);
        await foreach (var date in FoldersAsync(quarantine, "", cancellationToken).ConfigureAwait(false))
        {
            dates.Add((quarantine, date));
        }
    }

    private static async Task ListHourAsync(
        ChannelWriter<VisibleSegment> found, BlobContainerClient container, string folder, PartitionId? partition,
        CancellationToken cancellationToken)
    {
        var prefix = partition is null
            ? folder
            : string.Create(CultureInfo.InvariantCulture, $"{folder}{partition.Hub}-p{partition.Number:D4}-e");
        var blobs = container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken);
        await foreach (var blob in blobs.ConfigureAwait(false))
        {
            // A hub may be named like another one's prefix and partition, so the parsed name decides.
            if (SegmentName.TryParse($"{container.Name}/{blob.Name}") is { } name
                && (partition is null || (name.Hub == partition.Hub && name.Partition == partition.Number)))
            {
                await found.WriteAsync(new VisibleSegment(name, blob.Properties.ContentLength ?? 0), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Direct subfolders, each with its trailing slash; none where the container does not exist yet.</summary>
    private static async IAsyncEnumerable<string> FoldersAsync(
        BlobContainerClient container, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = container.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = folder }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await MoveNextAsync(pages).ConfigureAwait(false))
            {
                if (pages.Current.IsPrefix)
                {
                    yield return pages.Current.Prefix;
                }
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<BlobHierarchyItem> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RequestFailedException failure) when (failure is { Status: 404, ErrorCode: "ContainerNotFound" })
        {
            return false;
        }
    }

    /// <summary>Whether a <c>…date=yyyy-MM-dd/</c> or <c>…date=yyyy-MM-dd/hour=HH/</c> folder may hold that hour or a later one.</summary>
    private static bool EndsAtOrAfter(string folder, long? fromHour)
    {
        if (fromHour is not { } from)
        {
            return true;
        }

        var parts = folder.TrimEnd('/').Split('/');
        var last = parts[^1].StartsWith("hour=", StringComparison.Ordinal) ? $"{parts[^2]}/{parts[^1]}" : $"{parts[^1]}/hour=23";
        return string.CompareOrdinal(last, SegmentName.FolderOf(from)) >= 0;
    }
}
