using System.Collections.Immutable;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline;

/// <summary>Step 4 of the protocol: stages every segment of a run and writes its tables, all concurrently.</summary>
internal sealed class SegmentStaging(ILake lake, IQuarantine quarantine, ISegmentStore store, Func<string> newAttempt)
{
    /// <summary>Returns the paths of what was staged. Rows that a table refused are excluded and their segments staged anew.</summary>
    public async Task<ImmutableArray<string>> WriteAsync(
        BatchInWork work, IReadOnlyList<(RecordBatch Batch, IPreparedWrite Write)> tables, SegmentContext context, CancellationToken cancellationToken)
    {
        var staged = new Dictionary<SegmentKey, string>();
        var tableWrites = Task.WhenAll(tables.Select(t => SendAsync(t.Batch, t.Write, cancellationToken)));
        await Task.WhenAll(tableWrites, StageAsync(work, staged, context, _ => true, cancellationToken));

        var refused = (await tableWrites).SelectMany(r => r).ToList();
        if (refused.Count > 0)
        {
            var changed = Exclude(refused);
            foreach (var key in changed)
            {
                staged.Remove(key); // What was staged under the old name stays invisible for ever.
            }

            await StageAsync(work, staged, context, changed.Contains, cancellationToken);
        }

        return [.. staged.Values];
    }

    private static HashSet<SegmentKey> Exclude(List<(RecordBatch Batch, RefusedRow Refused)> refused)
    {
        var changed = new HashSet<SegmentKey>();
        foreach (var (batch, row) in refused)
        {
            batch.Exclude(row.Row, row.Fault);
            var hour = SegmentName.HourOf(batch.Enqueued.Values[row.Row] / 1000);
            changed.Add(new SegmentKey(batch.Stream, hour));
            changed.Add(new SegmentKey(null, hour));
        }

        return changed;
    }

    private static async Task<IEnumerable<(RecordBatch Batch, RefusedRow Refused)>> SendAsync(
        RecordBatch batch, IPreparedWrite write, CancellationToken cancellationToken) =>
        (await write.SendAsync(cancellationToken)).Select(row => (batch, row));

    private async Task StageAsync(
        BatchInWork work, Dictionary<SegmentKey, string> staged, SegmentContext context, Func<SegmentKey, bool> wanted, CancellationToken cancellationToken)
    {
        var stages = new List<Task>();
        foreach (var batch in work.Batches)
        {
            foreach (var (hour, rows) in work.RowsByHour(batch))
            {
                var key = new SegmentKey(batch.Stream, hour);
                if (wanted(key))
                {
                    var name = NameOf(work, key);
                    staged[key] = name.ToString();
                    stages.Add(Task.Run(() => lake.StageAsync(name, batch, rows, context, cancellationToken), cancellationToken));
                }
            }
        }

        foreach (var group in work.QuarantineByHour())
        {
            var key = new SegmentKey(null, group.Key);
            if (wanted(key))
            {
                var name = NameOf(work, key);
                var records = group.OrderBy(r => r.Event.SequenceNumber).ThenBy(r => r.Index).ToList();
                staged[key] = name.ToString();
                stages.Add(quarantine.StageAsync(name, records, context, cancellationToken));
                stages.Add(quarantine.SummarizeAsync(name, records, context, cancellationToken));
            }
        }

        await Task.WhenAll(stages);
    }

    private SegmentName NameOf(BatchInWork work, SegmentKey key)
    {
        var (run, partition) = (work.Run, work.Run.Partition);
        return new SegmentName(
            key.Stream is null ? store.QuarantineContainer : store.LakeContainer, key.Stream ?? "", key.Hour,
            partition.Hub, partition.Number, run.Row.Epoch, run.First, work.LastSequence, newAttempt());
    }
}
