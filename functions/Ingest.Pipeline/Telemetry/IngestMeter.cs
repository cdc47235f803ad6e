using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Telemetry;

/// <summary>The meter <c>Ingest</c>. Tags are bounded: stream, hub, partition, reason, sink, lookup.</summary>
public sealed class IngestMeter : IDisposable
{
    public const string Name = "Ingest";

    private readonly Meter meter = new(Name);
    private readonly Counter<long> received;
    private readonly Counter<long> committed;
    private readonly Counter<long> written;
    private readonly Counter<long> quarantined;
    private readonly Counter<long> absent;
    private readonly Counter<long> repaired;
    private readonly Counter<long> lookupStale;
    private readonly Gauge<double> lookupAge;
    private readonly Gauge<long> lookupRows;
    private readonly Histogram<double> batchDuration;
    private readonly Histogram<long> batchSize;
    private readonly Gauge<long> lagEvents;
    private readonly Gauge<double> lagTime;

    public IngestMeter()
    {
        received = meter.CreateCounter<long>("ingest.events.received", "{event}", "Events handed to the function, redelivered ones included.");
        committed = meter.CreateCounter<long>("ingest.events.committed", "{event}", "Events made durable.");
        repaired = meter.CreateCounter<long>("ingest.events.repaired", "{event}", "Events read from the hub to close a gap.");
        absent = meter.CreateCounter<long>("ingest.events.absent", "{event}", "Sequence numbers recorded as absent upstream.");
        written = meter.CreateCounter<long>("ingest.records.written", "{record}", "Records committed to the lake.");
        quarantined = meter.CreateCounter<long>("ingest.records.quarantined", "{record}", "Records committed to quarantine.");
        lookupStale = meter.CreateCounter<long>("ingest.lookup.stale", "{refresh}", "Refreshes that failed; the rows at hand stayed in use.");
        lookupAge = meter.CreateGauge<double>("ingest.lookup.age", "s", "Age of the rows in use: 0 after each successful refresh.");
        lookupRows = meter.CreateGauge<long>("ingest.lookup.rows", "{row}", "Rows in use.");
        batchDuration = meter.CreateHistogram<double>("ingest.batch.duration", "s", "From the function's start to durable.");
        batchSize = meter.CreateHistogram<long>("ingest.batch.size", "{event}", "Events a batch.");
        lagEvents = meter.CreateGauge<long>("ingest.lag.events", "{event}", "Events in the hub that are not durable.");
        lagTime = meter.CreateGauge<double>("ingest.lag.time", "s", "From the last durable event's enqueued time to that of the hub's last event.");
    }

    public void Batch(PartitionId partition, int events, long eventsCommitted, long eventsRepaired, long numbersAbsent, TimeSpan duration)
    {
        var tags = new TagList { { "hub", partition.Hub }, { "partition", partition.Number } };
        received.Add(events, tags);
        committed.Add(eventsCommitted, tags);
        repaired.Add(eventsRepaired, tags);
        absent.Add(numbersAbsent, tags);
        batchDuration.Record(duration.TotalSeconds, tags);
        batchSize.Record(events, tags);
    }

    /// <summary>Counts the records of one commit when the returned action runs.</summary>
    public Action Commit(
        PartitionId partition, IReadOnlyList<(string Stream, long Records)> writtenByStream, IReadOnlyList<(string? Stream, FaultCode Reason, long Records)> quarantinedByReason) => () =>
    {
        foreach (var (stream, records) in writtenByStream)
        {
            written.Add(records, new("stream", stream), new("hub", partition.Hub), new("partition", partition.Number));
        }

        foreach (var (stream, reason, records) in quarantinedByReason)
        {
            quarantined.Add(records, new("stream", stream ?? ""), new("hub", partition.Hub), new("reason", reason.ToText()));
        }
    };

    /// <summary>The rows of a lookup were read.</summary>
    public void LookupRead(string lookup, int rows)
    {
        lookupRows.Record(rows, new TagList { { "lookup", lookup } });
        LookupUnchanged(lookup);
    }

    /// <summary>The rows of a lookup were found to be up to date.</summary>
    public void LookupUnchanged(string lookup) => lookupAge.Record(0, new TagList { { "lookup", lookup } });

    /// <summary>A refresh failed.</summary>
    /// <param name="age">Of the rows that stay in use.</param>
    public void LookupStale(string lookup, TimeSpan age)
    {
        lookupStale.Add(1, new TagList { { "lookup", lookup } });
        lookupAge.Record(age.TotalSeconds, new TagList { { "lookup", lookup } });
    }

    /// <summary>How far a partition is behind its hub; asked each minute, also where no event arrives.</summary>
    public void Lag(PartitionId partition, long events, TimeSpan time)
    {
        var tags = new TagList { { "hub", partition.Hub }, { "partition", partition.Number } };
        lagEvents.Record(events, tags);
        lagTime.Record(time.TotalSeconds, tags);
    }

    public void Dispose() => meter.Dispose();
}
