using Ingest.Cli.Audit;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Progress;

/// <summary>What an operator does to one partition's row. Every write is conditional: a writer that is faster makes it fail, never the other way round.</summary>
/// <param name="isConfirmed">Whether the change is made; else it is only shown.</param>
public sealed class ProgressOperator(StoredData data, HubAccess hub, int number, bool isConfirmed)
{
    private readonly PartitionId partition = hub.Partition(number);
    private readonly DeliveryDecisions decisions = new();

    /// <summary>Goes on behind <paramref name="to"/>; the sweeper fetches what lies before in small batches.</summary>
    public async Task<ChangeReport> SkipAsync(long to, CancellationToken cancellationToken)
    {
        var (row, state) = await ReadSoundAsync(cancellationToken).ConfigureAwait(false);
        if (to <= row.Durable || to > state.LastSequence)
        {
            throw new CommandException(ExitCode.Usage, $"--to {to} must lie behind the durable {row.Durable} and not behind the hub's last sequence number {state.LastSequence}.");
        }

        // Where the event is gone, the next one that there is stands for it.
        var skipped = await hub.FindAsync(number, to, cancellationToken).ConfigureAwait(false)
            ?? throw new CommandException(ExitCode.CannotBeDone, $"The hub did not deliver the event {to} of {partition}. Try again.");
        var enqueued = skipped.EnqueuedTime.ToUnixTimeMilliseconds();
        return await ReplaceAsync(row, ProgressCommands.Skip(row, to, enqueued), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins a new epoch of a hub that uses numbers again.</summary>
    /// <param name="after">Last number of the old events; null: the one before the first event that was enqueued later than all committed ones.</param>
    public async Task<ChangeReport> NewEpochAsync(long? after, CancellationToken cancellationToken)
    {
        var (row, state) = await ReadSoundAsync(cancellationToken).ConfigureAwait(false);
        var published = await PublishAsync(row, cancellationToken).ConfigureAwait(false);
        var later = after is null ? await hub.FindLaterAsync(number, row.EnqueuedMax, cancellationToken).ConfigureAwait(false) : null;
        var durable = after ?? (later is null ? state.LastSequence : later.SequenceNumber - 1);
        if (durable < state.BeginningSequence - 1 || durable > state.LastSequence)
        {
            throw new CommandException(
                ExitCode.Usage, $"--after {durable} must lie between {state.BeginningSequence - 1} and {state.LastSequence}, the hub's numbers.");
        }

        return await ReplaceAsync(row, ProgressCommands.NewEpoch(published, state, durable), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a new row from lake and quarantine.</summary>
    public async Task<ChangeReport> RebuildAsync(CancellationToken cancellationToken)
    {
        var segments = await SegmentsAsync(cancellationToken).ConfigureAwait(false);
        var row = await data.Progress.ReadAsync(partition, cancellationToken).ConfigureAwait(false);
        var highest = segments.Select(s => (s.Name.Epoch, s.Name.Last)).DefaultIfEmpty((0, -1)).Max();
        if (row is not null && highest.CompareTo((row.Epoch, row.Durable)) <= 0)
        {
            throw new CommandException(ExitCode.No, $"The row of {partition} is neither lost nor rolled back: nothing in the lake lies beyond it.");
        }

        var state = await hub.StateAsync(number, cancellationToken).ConfigureAwait(false);
        var rebuilt = await RowRebuild.RunAsync(segments, new BlobSegmentCatalog(data), state, cancellationToken).ConfigureAwait(false);
        return await ReplaceAsync(row, rebuilt with { ETag = row?.ETag }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets a partition of which nothing is at rest any more, so that it begins anew.</summary>
    public async Task<ChangeReport> ResetAsync(CancellationToken cancellationToken)
    {
        var row = await data.Progress.ReadAsync(partition, cancellationToken).ConfigureAwait(false) ?? throw NoRow();
        var segments = await SegmentsAsync(cancellationToken).ConfigureAwait(false);
        if (segments.Count > 0)
        {
            throw new CommandException(
                ExitCode.CannotBeDone, $"Lake and quarantine hold {segments.Count} segments of {partition}; its events would be written a second time. Move them away first.");
        }

        if (isConfirmed && !await data.Progress.TryDeleteAsync(partition, row, cancellationToken).ConfigureAwait(false))
        {
            throw Overtaken();
        }

        return new ChangeReport(!isConfirmed, RowReport.Of(partition, row), null);
    }

    private async Task<(PartitionProgress Row, HubState Hub)> ReadSoundAsync(CancellationToken cancellationToken)
    {
        var lastVisible = await data.Segments.FindLastVisibleAsync(partition, fromHour: null, cancellationToken).ConfigureAwait(false);
        var row = await data.Progress.ReadAsync(partition, cancellationToken).ConfigureAwait(false);
        var state = await hub.StateAsync(number, cancellationToken).ConfigureAwait(false);
        return decisions.OnRow(new RowReads(row, lastVisible, row), state, StartPosition.Beginning) switch
        {
            RowDecision.Hold(var reason) => throw new CommandException(ExitCode.CannotBeDone, $"{partition}: {reason}."),
            RowDecision.Insert => throw NoRow(),
            _ when row!.HubCreated != state.CreatedUnixMs => throw new CommandException(
                ExitCode.CannotBeDone, $"The hub of {partition} was created again since the row was written; the app begins a new epoch by itself."),
            _ => (row!, state),
        };
    }

    private async Task<PartitionProgress> PublishAsync(PartitionProgress row, CancellationToken cancellationToken)
    {
        if (!isConfirmed)
        {
            return row with { Pending = [] };
        }

        foreach (var path in row.Pending)
        {
            if (await data.Segments.PublishAsync(path, cancellationToken).ConfigureAwait(false) == Ingest.Pipeline.Sinks.PublishOutcome.Expired)
            {
                throw new CommandException(ExitCode.CannotBeDone, $"{path} expired before it was published. Let the sweeper read its events again first.");
            }
        }

        return row with { Pending = [] };
    }

    private async Task<ChangeReport> ReplaceAsync(PartitionProgress? before, PartitionProgress after, CancellationToken cancellationToken)
    {
        if (isConfirmed)
        {
            var stored = before is null
                ? await data.Progress.TryInsertAsync(partition, after, cancellationToken).ConfigureAwait(false)
                : await data.Progress.TryReplaceAsync(partition, after, cancellationToken).ConfigureAwait(false);
            _ = stored ?? throw Overtaken();
        }

        return new ChangeReport(!isConfirmed, before is null ? null : RowReport.Of(partition, before), RowReport.Of(partition, after));
    }

    private async Task<List<VisibleSegment>> SegmentsAsync(CancellationToken cancellationToken) =>
        [.. (await data.ListSegmentsAsync(cancellationToken).ConfigureAwait(false)).Where(s => s.Name.Hub == partition.Hub && s.Name.Partition == partition.Number)];

    private CommandException NoRow() => new(ExitCode.CannotBeDone, $"There is no progress row of {partition}. `ingest progress show` lists those that there are.");

    private CommandException Overtaken() => new(ExitCode.CannotBeDone, $"The row of {partition} was changed meanwhile. Run the command again.");
}
