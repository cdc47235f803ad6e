using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ingest.Pipeline.Events;
using Ingest.Storage.Lake;

namespace Ingest.Storage.Quarantine;

/// <summary>What a summary row says of one segment, one stream and one reason.</summary>
/// <param name="Segment">Full path of the segment. The row is advisory: only if that segment is visible was it committed.</param>
/// <param name="Stream">null where routing failed.</param>
public sealed record QuarantineSummaryRow(
    string Segment, string? Stream, string Reason, long Count, DateTimeOffset FirstEnqueued, string SampleDetail, string SamplePath);

/// <summary>Finds the quarantine's visible segments and their summary rows.</summary>
public sealed class QuarantineListing(StorageClients clients, StorageOptions options)
{
    private const string DateFolder = "date=";

    /// <summary>Visible segments by the hour of their events, oldest first.</summary>
    /// <param name="fromHour">Hours since the Unix epoch; null: from the first.</param>
    /// <param name="toHour">The last hour wanted; null: to the last.</param>
    public async IAsyncEnumerable<VisibleSegment> SegmentsAsync(
        long? fromHour, long? toHour, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var container = clients.Blobs.GetBlobContainerClient(options.QuarantineContainer);
        if (!await container.ExistsAsync(cancellationToken).ConfigureAwait(false))
        {
            yield break;
        }

        var (first, last) = (DayFolder(fromHour), DayFolder(toHour));
        await foreach (var day in container.GetBlobsByHierarchyAsync(
            new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = DateFolder }, cancellationToken).ConfigureAwait(false))
        {
            if (!day.IsPrefix || string.CompareOrdinal(day.Prefix, first) < 0 || (last is not null && string.CompareOrdinal(day.Prefix, last) > 0))
            {
                continue;
            }

            await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { Prefix = day.Prefix }, cancellationToken).ConfigureAwait(false))
            {
                if (SegmentName.TryParse($"{container.Name}/{blob.Name}") is { } name && !(name.Hour < fromHour) && !(name.Hour > toHour))
                {
                    yield return new VisibleSegment(name, blob.Properties.ContentLength ?? 0);
                }
            }
        }
    }

    /// <summary>Summary rows of everything ingested on this day or later; nothing is ingested before it is enqueued.</summary>
    /// <param name="fromHour">Hours since the Unix epoch; null: all.</param>
    public async IAsyncEnumerable<QuarantineSummaryRow> SummariesAsync(
        long? fromHour, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Clocks of hub and app may differ: a day more costs nothing.
        var filter = fromHour is { } hour ? TableClient.CreateQueryFilter($"PartitionKey ge {SegmentName.FolderOf(hour - 24)[DateFolder.Length..][..10]}") : null;
        var rows = clients.Tables.GetTableClient(options.QuarantineTable).QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            while (await MoveNextAsync(rows).ConfigureAwait(false))
            {
                var row = rows.Current;
                yield return new QuarantineSummaryRow(
                    row.GetString("Segment"), row.GetString("Stream") is { Length: > 0 } stream ? stream : null, row.GetString("Reason"),
                    row.GetInt64("Count") ?? 0, row.GetDateTimeOffset("FirstEnqueued") ?? default, row.GetString("SampleDetail") ?? "", row.GetString("SamplePath") ?? "");
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<TableEntity> rows)
    {
        try
        {
            return await rows.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RequestFailedException failure) when (failure is { Status: 404, ErrorCode: "TableNotFound" })
        {
            return false;
        }
    }

    private static string? DayFolder(long? hour) => hour is { } its ? $"{SegmentName.FolderOf(its).Split('/')[0]}/" : null;
}
