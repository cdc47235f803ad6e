using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;

namespace Ingest.Pipeline;

/// <summary>What is counted and timed of one staged run: only once it is durable, because what is overtaken did not happen.</summary>
/// <param name="repaired">Its events were read from the hub, not delivered.</param>
internal sealed class CommitTelemetry(IngestMeter meter, TimeProvider time, BatchInWork work, bool repaired)
{
    private readonly PartitionId partition = work.Run.Partition;
    private readonly Action countRecords = meter.Commit(work.Run.Partition, work.WrittenByStream(), work.QuarantinedByReason());
    private readonly long events = work.Events.Length;
    private readonly long absent = work.Run.AbsentCount;
    private readonly bool wasDurable = work.Run.Makeup?.Expired is not null;
    private readonly long? oldest = work.Events.IsEmpty ? null : work.Events.Span[0].EnqueuedUnixMs;
    private StageTimer timer = meter.Begin(Stage.Commit, work.Run.Partition);

    public void Committed()
    {
        timer.Dispose();
        countRecords();
        meter.Committed(partition, wasDurable ? 0 : events, repaired ? events : 0, absent);
        if (oldest is { } accepted)
        {
            meter.Durable(partition, TimeSpan.FromMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds() - accepted));
        }

        timer = meter.Begin(Stage.Publish, partition);
    }

    public void Published() => timer.Dispose();
}
