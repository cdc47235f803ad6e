using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Tables;

namespace Ingest.Storage.Progress;

/// <summary>A progress row with the keys it lies under.</summary>
/// <param name="Hold">What the partition waits for and since when; null while it goes on.</param>
/// <param name="WrittenAt">When the row was last written, by the store's clock.</param>
public sealed record StoredProgress(
    string Account, string Container, PartitionId Partition, PartitionProgress Progress, string? Hold, DateTimeOffset WrittenAt);

/// <summary>Progress rows in Table Storage, guarded by their ETags. Thread-safe.</summary>
public sealed class TableProgressStore : IProgressStore
{
    private readonly TableClients tables;
    private readonly StorageOptions options;
    private readonly string account;
    private readonly string writer;
    private readonly TimeProvider time;

    /// <param name="account">Name of the storage account that holds the lake.</param>
    /// <param name="writer">Instance and version, for people who look at the row.</param>
    internal TableProgressStore(TableClients tables, StorageOptions options, string account, string writer, TimeProvider time)
    {
        this.tables = tables;
        this.options = options;
        this.account = account;
        this.writer = writer;
        this.time = time;
    }

    public async Task<PartitionProgress?> ReadAsync(PartitionId partition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var table = await tables.EnsureAsync(options.ProgressTable, cancellationToken).ConfigureAwait(false);
        var entity = await ReadEntityAsync(table, partition, cancellationToken).ConfigureAwait(false);
        return entity is null ? null : ProgressRow.FromEntity(partition, entity);
    }

    public async Task<PartitionProgress?> TryInsertAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(progress);
        var table = await tables.EnsureAsync(options.ProgressTable, cancellationToken).ConfigureAwait(false);
        try
        {
            var response = await table.AddEntityAsync(Entity(partition, progress), cancellationToken).ConfigureAwait(false);
            return Stored(progress, response);
        }
        catch (RequestFailedException failure) when (failure is { Status: 409, ErrorCode: "EntityAlreadyExists" })
        {
            return null;
        }
    }

    public async Task<PartitionProgress?> TryReplaceAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(progress);
        if (progress.ETag is not { Length: > 0 } etag || etag == ETag.All.ToString())
        {
            throw new ArgumentException("Only a row that was read or inserted can be replaced.", nameof(progress));
        }

        var table = await tables.EnsureAsync(options.ProgressTable, cancellationToken).ConfigureAwait(false);
        try
        {
            var response = await table.UpdateEntityAsync(
                Entity(partition, progress), new ETag(etag), TableUpdateMode.Merge, cancellationToken).ConfigureAwait(false);
            return Stored(progress, response);
        }
        catch (RequestFailedException failure) when (failure.Status == 412 || failure is { Status: 404, ErrorCode: "ResourceNotFound" })
        {
            // A deleted row has no ETag that could match; the caller reads again and finds that it was lost.
            return null;
        }
    }

    /// <summary>Deletes the row where its ETag is still that of <paramref name="progress"/>, which was read; false where it is not.</summary>
    public async Task<bool> TryDeleteAsync(PartitionId partition, PartitionProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(progress);
        var table = await tables.EnsureAsync(options.ProgressTable, cancellationToken).ConfigureAwait(false);
        try
        {
            await table.DeleteEntityAsync(KeyOf(partition), ProgressRow.RowKeyOf(partition), new ETag(progress.ETag!), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException failure) when (failure.Status == 412)
        {
            return false;
        }
    }

    public async Task SetHoldAsync(PartitionId partition, string? reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var table = await tables.EnsureAsync(options.ProgressTable, cancellationToken).ConfigureAwait(false);
        var entity = await ReadEntityAsync(table, partition, cancellationToken).ConfigureAwait(false);
        var current = entity?.GetString("Hold") ?? "";

        // Every write changes the ETag and costs the writer of the row another round, so the same reason is noted once.
        if (entity is null || (reason is null ? current.Length == 0 : current.StartsWith(reason + " since ", StringComparison.Ordinal)))
        {
            return;
        }

        var hold = reason is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{reason} since {time.GetUtcNow():O}");
        try
        {
            var note = new TableEntity(entity.PartitionKey, entity.RowKey) { ["Hold"] = hold };
            await table.UpdateEntityAsync(note, entity.ETag, TableUpdateMode.Merge, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException failure) when (failure.Status is 404 or 412)
        {
            // Somebody moved the row on meanwhile, so the note would no longer be true.
        }
    }

    /// <summary>All rows of the table, of every account and container, for tools that look at progress.</summary>
    /// <exception cref="UnknownProgressFormatException">A newer version wrote one of the rows.</exception>
    public async IAsyncEnumerable<StoredProgress> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var table = await tables.EnsureAsync(options.ProgressTable, cancellationToken).ConfigureAwait(false);
        await foreach (var entity in table.QueryAsync<TableEntity>(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (ProgressRow.TryParseKeys(entity.PartitionKey, entity.RowKey) is var (owner, container, partition))
            {
                var hold = entity.GetString("Hold");
                yield return new StoredProgress(
                    owner, container, partition, ProgressRow.FromEntity(partition, entity), string.IsNullOrEmpty(hold) ? null : hold, entity.Timestamp ?? default);
            }
        }
    }

    private async Task<TableEntity?> ReadEntityAsync(TableClient table, PartitionId partition, CancellationToken cancellationToken)
    {
        var response = await table.GetEntityIfExistsAsync<TableEntity>(
            KeyOf(partition), ProgressRow.RowKeyOf(partition), cancellationToken: cancellationToken).ConfigureAwait(false);
        return response.HasValue ? response.Value : null;
    }

    private TableEntity Entity(PartitionId partition, PartitionProgress progress) =>
        ProgressRow.ToEntity(KeyOf(partition), ProgressRow.RowKeyOf(partition), progress, writer);

    private string KeyOf(PartitionId partition) => ProgressRow.PartitionKeyOf(account, options.LakeContainer, partition);

    private static PartitionProgress Stored(PartitionProgress progress, Response response) => progress with
    {
        WrittenAt = null,
        ETag = response.Headers.ETag?.ToString() ?? throw new InvalidDataException("The table service answered a write without an ETag."),
    };
}
