using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Cli.Progress;

/// <summary>What a lost or rolled-back row is replaced with.</summary>
/// <param name="Row">The row as it would have stood in the epoch of the lake, or at the beginning of the next one where the hub is another.</param>
/// <param name="Reuse">Null, or why the hub's numbers are no longer those of the lake: then the row is good only to begin a new epoch from.</param>
public sealed record RebuiltRow(PartitionProgress Row, string? Reuse);

/// <summary>Makes a progress row from what is visible, where the row was lost or rolled back.</summary>
public static class RowRebuild
{
    private static readonly long SkewMs = (long)DeliveryDecisions.ClockSkew.TotalMilliseconds;

    /// <summary>
    /// Every commit but the last was published whole before the next one was made. The last one may lack a segment, so its
    /// range is left to the sweeper, which reads it again and writes only the records that are not there.
    /// </summary>
    /// <exception cref="CommandException">The hub did not deliver an event that it must have.</exception>
    public static async Task<RebuiltRow> RunAsync(PartitionAtRest stored, HubAccess hub, int partition, HubState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(hub);
        ArgumentNullException.ThrowIfNull(state);

        // What was enqueued before the hub was created came from the hub's predecessor.
        if (stored.Earliest < state.CreatedUnixMs - SkewMs)
        {
            var next = new PartitionProgress { Epoch = stored.Epoch + 1, HubCreated = state.CreatedUnixMs, Durable = state.BeginningSequence - 1, Totals = stored.Totals };
            return new RebuiltRow(next, Reuse: null);
        }

        var durable = stored.LastCommit.Last;
        var row = new PartitionProgress
        {
            Epoch = stored.Epoch,
            HubCreated = state.CreatedUnixMs,
            Durable = durable,
            EnqueuedMax = stored.Latest ?? 0,
            Skipped = [.. stored.Lacking(new EventRange(stored.Covered.First ?? stored.LastCommit.First, stored.LastCommit.First - 1)), stored.LastCommit],
            Totals = stored.Totals,
        };
        if (durable > state.LastSequence)
        {
            return new RebuiltRow(row, $"the lake reaches to sequence number {durable}, the hub only to {state.LastSequence}");
        }

        if (stored.LastRecord is { } last && last.Sequence >= state.BeginningSequence
            && await TimeOfAsync(hub, partition, last.Sequence, cancellationToken).ConfigureAwait(false) is { } now && now != last.EnqueuedMs)
        {
            return new RebuiltRow(row, $"event {last.Sequence} of the lake was enqueued at {Text(last.EnqueuedMs)}, that of the hub at {Text(now)}");
        }

        // The last commit's latest events may be in the segment that was not published.
        return durable >= state.BeginningSequence && await TimeOfAsync(hub, partition, durable, cancellationToken).ConfigureAwait(false) is { } time
            ? new RebuiltRow(row with { EnqueuedMax = Math.Max(row.EnqueuedMax, time) }, Reuse: null)
            : new RebuiltRow(row, Reuse: null);
    }

    /// <summary>When the event was enqueued; null where the hub no longer has it.</summary>
    private static async Task<long?> TimeOfAsync(HubAccess hub, int partition, long sequence, CancellationToken cancellationToken)
    {
        var found = await hub.GetAsync(partition, sequence, cancellationToken).ConfigureAwait(false);
        return found.SequenceNumber == sequence ? found.EnqueuedTime.ToUnixTimeMilliseconds() : null;
    }

    private static string Text(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("O", CultureInfo.InvariantCulture);
}
