using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline;

/// <summary>Where one segment of a run goes: a stream's, or the quarantine's (no stream), of one hour.</summary>
internal readonly record struct SegmentKey(string? Stream, long Hour);

/// <summary>
/// One run on its way through the rooms: the rows of each stream, and what was refused. Keeps the ledger: every event ends
/// in at least one row or one refusal.
/// </summary>
internal sealed class BatchInWork(DeliveryRun run, int eventCount)
{
    private static int[] identity = [];

    private readonly Dictionary<string, RecordBatch> batches = [];
    private readonly List<RecordBatch> replaced = [];

    /// <summary>What decoding refused; rows that later stages refuse stay in their batch, excluded.</summary>
    public List<QuarantinedRecord> Refused { get; } = [];

    public DeliveryRun Run { get; } = run;

    /// <summary>The events of the run that this commit covers.</summary>
    public ReadOnlyMemory<IncomingEvent> Events { get; } = run.Events[..eventCount];

    public long LastSequence => Run.LastOf(Events.Length);

    public IReadOnlyCollection<RecordBatch> Batches => batches.Values;

    /// <summary>Every batch that was rented for this work: what was refused may lie in the buffers of one that was replaced.</summary>
    public IEnumerable<RecordBatch> Rented => batches.Values.Concat(replaced);

    public RecordBatch BatchOf(StreamDefinition stream, Func<StreamDefinition, RecordBatch> rent)
    {
        if (!batches.TryGetValue(stream.Name, out var batch))
        {
            batches.Add(stream.Name, batch = rent(stream));
        }

        return batch;
    }

    /// <summary>Goes on with another decoding of the same events.</summary>
    public void Replace(RecordBatch batch, RecordBatch by)
    {
        replaced.Add(batch);
        batches[by.Stream] = by;
    }

    public long WrittenCount => batches.Values.Sum(CountIncluded);

    public long QuarantinedCount => Refused.Count + batches.Values.Sum(b => (long)b.Excluded.Count);

    public IReadOnlyList<(string Stream, long Records)> WrittenByStream() => [.. batches.Values.Select(b => (b.Stream, CountIncluded(b)))];

    public IReadOnlyList<(string? Stream, FaultCode Reason, long Records)> QuarantinedByReason() =>
    [
        .. Refused.Select(r => (r.Stream, r.Fault.Code))
            .Concat(batches.Values.SelectMany(b => b.Excluded.Values.Select(f => ((string?)b.Stream, f.Code))))
            .GroupBy(reason => reason).Select(group => (group.Key.Item1, group.Key.Code, group.LongCount())),
    ];

    /// <exception cref="LedgerException">An event left no trace.</exception>
    public void VerifyLedger()
    {
        var traced = new bool[Events.Length];
        var count = 0;
        foreach (var batch in batches.Values)
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                Trace(batch.SourceOf(row).EventOrdinal);
            }
        }

        var first = Events.IsEmpty ? 0 : Events.Span[0].SequenceNumber;
        foreach (var record in Refused)
        {
            Trace((int)(record.Event.SequenceNumber - first));
        }

        if (count != Events.Length)
        {
            var lost = first + Array.IndexOf(traced, false);
            throw new LedgerException($"{Run.Partition}: event {lost} became neither a row nor a refusal.");
        }

        void Trace(int ordinal)
        {
            count += traced[ordinal] ? 0 : 1;
            traced[ordinal] = true;
        }
    }

    /// <summary>The rows of a batch by the hour of their enqueued time, excluded ones and those that are at rest already left out.</summary>
    public IEnumerable<(long Hour, ReadOnlyMemory<int> Rows)> RowsByHour(RecordBatch batch)
    {
        var enqueued = batch.Enqueued.Memory;
        var hour = -1L;
        var mixed = batch.Excluded.Count > 0 || Run.Held.Count > 0;
        for (var row = 0; row < batch.RowCount && !mixed; row++)
        {
            var its = HourOf(enqueued.Span[row]);
            mixed = row > 0 && its != hour;
            hour = its;
        }

        if (!mixed)
        {
            return batch.RowCount == 0 ? [] : [(hour, FirstRows(batch.RowCount))];
        }

        return Enumerable.Range(0, batch.RowCount).Where(row => !batch.IsExcluded(row) && !IsHeld(batch, row))
            .GroupBy(row => HourOf(enqueued.Span[row]))
            .Select(group => (group.Key, (ReadOnlyMemory<int>)group.ToArray()));
    }

    /// <summary>Everything that goes to quarantine, by the hour of its enqueued time.</summary>
    public IEnumerable<IGrouping<long, QuarantinedRecord>> QuarantineByHour() =>
        Refused.Concat(batches.Values.SelectMany(ExcludedOf)).Where(r => !Run.Held.Contains(new RecordPlace(r.Event.SequenceNumber, r.Index)))
            .Concat(AbsentRecords()).GroupBy(r => SegmentName.HourOf(r.Event.EnqueuedUnixMs));

    private IEnumerable<QuarantinedRecord> ExcludedOf(RecordBatch batch) => batch.Excluded.OrderBy(pair => pair.Key).Select(pair =>
    {
        var (ordinal, bytes) = batch.SourceOf(pair.Key);
        var source = Events.Span[ordinal];
        var whole = bytes.Equals(source.Body);
        return new QuarantinedRecord(source, (int)batch.Index.Values[pair.Key], bytes, whole, pair.Value, batch.Stream, source.SequenceNumber);
    });

    private IEnumerable<QuarantinedRecord> AbsentRecords() =>
        Run.Absent.Select(absent => QuarantinedRecord.Absent(absent.First, absent.Last, AbsentTime()));

    private long CountIncluded(RecordBatch batch) => Run.Held.Count == 0
        ? batch.IncludedCount
        : Enumerable.Range(0, batch.RowCount).LongCount(row => !batch.IsExcluded(row) && !IsHeld(batch, row));

    private bool IsHeld(RecordBatch batch, int row) =>
        Run.Held.Count > 0 && Run.Held.Contains(new RecordPlace(batch.Sequence.Values[row], (int)batch.Index.Values[row]));

    // The hour folder must not lie before the row's highest enqueued time: a listing for lost rows begins there.
    private long AbsentTime() => Events.IsEmpty ? Math.Max(Run.Row.EnqueuedMax, Run.Row.HubCreated) : Events.Span[0].EnqueuedUnixMs;

    private static long HourOf(long unixMicroseconds) => SegmentName.HourOf(unixMicroseconds / 1000);

    private static ReadOnlyMemory<int> FirstRows(int count)
    {
        var rows = identity;
        if (rows.Length < count)
        {
            identity = rows = [.. Enumerable.Range(0, Math.Max(count, rows.Length * 2))];
        }

        return rows.AsMemory(0, count);
    }
}
