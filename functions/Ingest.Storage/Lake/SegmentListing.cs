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
/// one wanted are never listed. Where all hours wanted are known and few, their folders are not looked for.
/// </summary>
public sealed class SegmentListing
{
    private const int Parallelism = 16;
    private const int MostHoursTried = 24;

    private readonly BlobServiceClient service;
    private readonly StorageOptions options;
    private readonly SharedAnswer<IReadOnlyList<string>> streams;

    public SegmentListing(BlobServiceClient service, StorageOptions options)
    {
        this.service = service;
        this.options = options;

        // All partitions of an instance ask at the same time, when it starts and after an outage, and no question is dearer for the service
        // than this one, under which all segments of the lake lie. What a listing that is on its way does not see any more is seconds old.
        streams = new(ListStreamsAsync);
    }

    /// <summary>Segments of lake and quarantine, in no order; blobs that are not segments of ours are left out.</summary>
    /// <param name="partition">Only this hub and partition; null: all.</param>
    /// <param name="fromHour">Hours since the Unix epoch; null: all.</param>
    public IAsyncEnumerable<VisibleSegment> ListAsync(PartitionId? partition, long? fromHour, CancellationToken cancellationToken = default)
        => ReadAsync((found, token) => WalkAsync(found, partition, fromHour, token), cancellationToken);

    /// <summary>As the other, from one hour to another, both included.</summary>
    public IAsyncEnumerable<VisibleSegment> ListAsync(PartitionId partition, long fromHour, long toHour, CancellationToken cancellationToken = default)
        => ReadAsync(
            (found, token) => toHour - fromHour < MostHoursTried
                ? TryHoursAsync(found, partition, fromHour, toHour, token)
                : WalkAsync(found, partition, fromHour, token),
            cancellationToken);

    private static async IAsyncEnumerable<VisibleSegment> ReadAsync(
        Func<ChannelWriter<VisibleSegment>, CancellationToken, Task> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var found = Channel.CreateBounded<VisibleSegment>(new BoundedChannelOptions(4096) { SingleReader = true });
        var walk = WriteAsync();
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

        async Task WriteAsync()
        {
            try
            {
                await list(found.Writer, stopping.Token).ConfigureAwait(false);
                found.Writer.Complete();
            }
            catch (Exception failure)
            {
                // Reaches the reader, who enumerates.
                found.Writer.Complete(failure);
                throw;
            }
        }
    }

    private async Task WalkAsync(
        ChannelWriter<VisibleSegment> found, PartitionId? partition, long? fromHour, CancellationToken cancellationToken)
    {
        var dates = new List<(BlobContainerClient Container, string Folder)>();
        await CollectDatesAsync(dates, cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(dates.Where(d => EndsAtOrAfter(d.Folder, fromHour)), InParallel(cancellationToken), async (date, token) =>
        {
            await foreach (var hour in FoldersAsync(date.Container, date.Folder, token).ConfigureAwait(false))
            {
                if (EndsAtOrAfter(hour, fromHour))
                {
                    await ListHourAsync(found, date.Container, hour, partition, token).ConfigureAwait(false);
                }
            }
        }).ConfigureAwait(false);
    }

    private async Task TryHoursAsync(
        ChannelWriter<VisibleSegment> found, PartitionId partition, long fromHour, long toHour, CancellationToken cancellationToken)
    {
        var lake = service.GetBlobContainerClient(options.LakeContainer);
        var folders = new List<(BlobContainerClient Container, string Folder)> { (service.GetBlobContainerClient(options.QuarantineContainer), "") };
        folders.AddRange((await streams.GetAsync(cancellationToken).ConfigureAwait(false)).Select(stream => (lake, stream)));
        var hours =
            from folder in folders
            from hour in Enumerable.Range(0, (int)(toHour - fromHour) + 1)
            select (folder.Container, Folder: $"{folder.Folder}{SegmentName.FolderOf(fromHour + hour)}/");
        await Parallel.ForEachAsync(
            hours, InParallel(cancellationToken), async (hour, token) => await ListHourAsync(found, hour.Container, hour.Folder, partition, token).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static ParallelOptions InParallel(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };

    private async Task CollectDatesAsync(List<(BlobContainerClient Container, string Folder)> dates, CancellationToken cancellationToken)
    {
        var lake = service.GetBlobContainerClient(options.LakeContainer);
        foreach (var stream in await ListStreamsAsync(cancellationToken).ConfigureAwait(false))
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

    private async Task<IReadOnlyList<string>> ListStreamsAsync(CancellationToken cancellationToken)
    {
        List<string> streams = [];
        await foreach (var stream in FoldersAsync(service.GetBlobContainerClient(options.LakeContainer), "", cancellationToken).ConfigureAwait(false))
        {
            streams.Add(stream);
        }

        return streams;
    }

    private static async Task ListHourAsync(
        ChannelWriter<VisibleSegment> found, BlobContainerClient container, string folder, PartitionId? partition,
        CancellationToken cancellationToken)
    {
        var prefix = partition is null
            ? folder
            : string.Create(CultureInfo.InvariantCulture, $"{folder}{partition.Hub}-p{partition.Number:D4}-e");
        var blobs = container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken);
        await foreach (var blob in WhereContainerExistsAsync(blobs, cancellationToken).ConfigureAwait(false))
        {
            // A hub may be named like another one's prefix and partition, so the parsed name decides.
            if (SegmentName.TryParse($"{container.Name}/{blob.Name}") is { } name
                && (partition is null || (name.Hub == partition.Hub && name.Partition == partition.Number)))
            {
                await found.WriteAsync(new VisibleSegment(name, blob.Properties.ContentLength ?? 0), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Direct subfolders, each with its trailing slash.</summary>
    private static async IAsyncEnumerable<string> FoldersAsync(
        BlobContainerClient container, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = container.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = folder }, cancellationToken);
        await foreach (var item in WhereContainerExistsAsync(items, cancellationToken).ConfigureAwait(false))
        {
            if (item.IsPrefix)
            {
                yield return item.Prefix;
            }
        }
    }

    /// <summary>Nothing, where the container does not exist yet.</summary>
    private static async IAsyncEnumerable<T> WhereContainerExistsAsync<T>(
        IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var each = items.GetAsyncEnumerator(cancellationToken);
        await using (each.ConfigureAwait(false))
        {
            while (await MoveNextAsync(each).ConfigureAwait(false))
            {
                yield return each.Current;
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<T> items)
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
