using System.Collections.Immutable;
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
    private readonly BlobSegmentCatalog catalog = new(data, AlsoRead.EnqueuedTimes);

    /// <summary>Goes on behind <paramref name="to"/>; the sweeper fetches what lies before in small batches.</summary>
    public async Task<ChangeReport> SkipAsync(long to, CancellationToken cancellationToken)
    {
        var (row, state) = await SoundAsync(await ReadAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (to <= row.Durable || to > state.LastSequence)
        {
            throw new CommandException(ExitCode.Usage, $"--to {to} must lie behind the durable {row.Durable} and not behind the hub's last sequence number {state.LastSequence}.");
        }

        // Where the event is gone, the next one that there is stands for it.
        var skipped = await hub.GetAsync(number, to, cancellationToken).ConfigureAwait(false);
        var enqueued = skipped.EnqueuedTime.ToUnixTimeMilliseconds();
        return await ReplaceAsync(row, ProgressCommands.Skip(row, to, enqueued), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins a new epoch of a hub that uses numbers again, whether or not the row was lost or rolled back as well.</summary>
    /// <param name="after">Last number of the old events; null: the one before the first event that was enqueued later than all committed ones.</param>
    public async Task<ChangeReport> NewEpochAsync(long? after, CancellationToken cancellationToken)
    {
        var reads = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var (row, state) = KnowsAll(reads)
            ? await SoundAsync(reads, cancellationToken).ConfigureAwait(false)
            : await RebuiltForNewEpochAsync(reads, cancellationToken).ConfigureAwait(false);
        var later = after is null ? await hub.FindLaterAsync(number, row.EnqueuedMax, state, cancellationToken).ConfigureAwait(false) : null;
        var durable = after ?? (later is null ? state.LastSequence : later.SequenceNumber - 1);
        if (durable < state.BeginningSequence - 1 || durable > state.LastSequence)
        {
            throw new CommandException(
                ExitCode.Usage, $"--after {durable} must lie between {state.BeginningSequence - 1} and {state.LastSequence}, the hub's numbers.");
        }

        var published = await PublishAsync(row, cancellationToken).ConfigureAwait(false);
        var lacking = published with { Skipped = await NothingAtRestAsync(published, reads.Segments, cancellationToken).ConfigureAwait(false) };
        return await ReplaceAsync(reads.Row, ProgressCommands.NewEpoch(lacking, state, durable), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a new row from lake and quarantine.</summary>
    public async Task<ChangeReport> RebuildAsync(CancellationToken cancellationToken)
    {
        var reads = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (reads.Row is not null && KnowsAll(reads))
        {
            throw new CommandException(ExitCode.No, $"The row of {partition} is neither lost nor rolled back: nothing in the lake lies beyond it.");
        }

        var (rebuilt, _) = await RebuildAsync(reads, cancellationToken).ConfigureAwait(false);
        return rebuilt.Reuse is { } reuse
            ? throw new CommandException(
                ExitCode.CannotBeDone, $"The hub uses numbers of {partition} again: {reuse}. With the app stopped, `ingest progress new-epoch` makes a new row that goes on with the new events.")
            : await ReplaceAsync(reads.Row, rebuilt.Row, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Lists first: a segment of a commit made in between would otherwise look like a row that was rolled back.</summary>
    private async Task<Reads> ReadAsync(CancellationToken cancellationToken)
    {
        var segments = await SegmentsAsync(cancellationToken).ConfigureAwait(false);
        return new Reads(segments, await data.Progress.ReadAsync(partition, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether the row reaches as far as the lake does.</summary>
    private static bool KnowsAll(Reads reads) => reads.LastVisible is not { } visible || visible.CompareTo((reads.Row?.Epoch ?? 0, reads.Row?.Durable ?? -1)) <= 0;

    private async Task<(PartitionProgress Row, HubState Hub)> SoundAsync(Reads reads, CancellationToken cancellationToken)
    {
        var row = reads.Row;
        var state = await hub.StateAsync(number, cancellationToken).ConfigureAwait(false);
        return decisions.OnRow(new RowReads(row, reads.LastVisible, row), state, StartPosition.Beginning) switch
        {
            RowDecision.Hold(var reason) => throw new CommandException(ExitCode.CannotBeDone, $"{partition}: {reason}."),
            RowDecision.Insert => throw NoRow(),
            _ when row!.HubCreated != state.CreatedUnixMs => throw new CommandException(
                ExitCode.CannotBeDone, $"The hub of {partition} was created again since the row was written; the app begins a new epoch by itself."),
            _ => (row!, state),
        };
    }

    private async Task<(RebuiltRow Rebuilt, HubState Hub)> RebuildAsync(Reads reads, CancellationToken cancellationToken)
    {
        if (reads.Segments.Count == 0)
        {
            throw new CommandException(ExitCode.CannotBeDone, $"Lake and quarantine hold nothing of {partition}. The app begins it by itself.");
        }

        var state = await hub.StateAsync(number, cancellationToken).ConfigureAwait(false);
        var stored = await PartitionAtRest.ReadAsync(reads.Segments, catalog, cancellationToken).ConfigureAwait(false);
        var rebuilt = await RowRebuild.RunAsync(stored, hub, number, state, cancellationToken).ConfigureAwait(false);
        return (rebuilt with { Row = rebuilt.Row with { ETag = reads.Row?.ETag } }, state);
    }

    private async Task<(PartitionProgress Row, HubState Hub)> RebuiltForNewEpochAsync(Reads reads, CancellationToken cancellationToken)
    {
        var (rebuilt, state) = await RebuildAsync(reads, cancellationToken).ConfigureAwait(false);
        return rebuilt.Reuse is not null
            ? (rebuilt.Row, state)
            : throw new CommandException(
                ExitCode.CannotBeDone, $"The row of {partition} was lost or rolled back, and nothing shows that the hub uses numbers again: `ingest progress rebuild` makes a new row.");
    }

    /// <summary>What the row skips, less the numbers of which anything is at rest.</summary>
    private async Task<ImmutableArray<EventRange>> NothingAtRestAsync(PartitionProgress row, IReadOnlyList<VisibleSegment> segments, CancellationToken cancellationToken)
    {
        var concerned = segments.Where(segment => segment.Name.Epoch == row.Epoch
            && row.Skipped.Any(range => range.First <= segment.Name.Last && segment.Name.First <= range.Last)).ToList();
        return concerned.Count == 0
            ? row.Skipped
            : [.. row.Skipped.SelectMany((await PartitionAtRest.ReadAsync(concerned, catalog, cancellationToken).ConfigureAwait(false)).Lacking)];
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

    private sealed record Reads(IReadOnlyList<VisibleSegment> Segments, PartitionProgress? Row)
    {
        public (int Epoch, long Last)? LastVisible => Segments.Count == 0 ? null : Segments.Max(segment => (segment.Name.Epoch, segment.Name.Last));
    }
}
