using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Telemetry;

/// <summary>
/// The meter <c>Ingest</c>: what docs/telemetry.md lists. Tags are bounded: stream, hub, partition, reason, stage, lookup, kind. What did
/// not happen is not recorded, because every point costs money each minute.
/// </summary>
public sealed class IngestMeter : IDisposable
{
    public const string Name = "Ingest";

    private readonly Meter meter = new(Name);
    private readonly Counter<long> received;
    private readonly Counter<long> committed;
    private readonly Counter<long> written;
    private readonly Counter<long> quarantined;
    private readonly Counter<long> filtered;
    private readonly Counter<long> absent;
    private readonly Counter<long> repaired;
    private readonly Counter<long> holds;
    private readonly Counter<long> lookupStale;
    private readonly Counter<long> dropped;
    private readonly Gauge<long> lagEvents;
    private readonly Gauge<double> lagTime;
    private readonly Gauge<double> lookupAge;
    private readonly Gauge<long> lookupRows;
    private readonly Histogram<double> batchDuration;
    private readonly Histogram<long> batchSize;
    private readonly Histogram<double> stageDuration;
    private readonly Histogram<double> timeToDurable;
    private long eventsReceived;

    public IngestMeter()
    {
        received = meter.CreateCounter<long>("ingest.events.received", "{event}", "Events handed to the function, redelivered ones included.");
        committed = meter.CreateCounter<long>("ingest.events.committed", "{event}", "Events made durable.");
        repaired = meter.CreateCounter<long>("ingest.events.repaired", "{event}", "Events read from the hub to close a gap.");
        absent = meter.CreateCounter<long>("ingest.events.absent", "{event}", "Sequence numbers recorded as absent upstream.");
        written = meter.CreateCounter<long>("ingest.records.written", "{record}", "Records committed to the lake.");
        quarantined = meter.CreateCounter<long>("ingest.records.quarantined", "{record}", "Records committed to quarantine.");
        filtered = meter.CreateCounter<long>("ingest.records.filtered", "{record}", "Records that a rule of their stream left out.");
        holds = meter.CreateCounter<long>("ingest.partition.holds", "{attempt}", "Attempts at a partition that is held: at least one a minute while it is.");
        lagEvents = meter.CreateGauge<long>("ingest.lag.events", "{event}", "Events in the hub that are not durable.");
        lagTime = meter.CreateGauge<double>("ingest.lag.time", "s", "From the last durable event's enqueued time to that of the hub's last event.");
        timeToDurable = meter.CreateHistogram<double>("ingest.events.time_to_durable", "s", "From the enqueued time of a commit's oldest event to its commit.");
        lookupStale = meter.CreateCounter<long>("ingest.lookup.stale", "{refresh}", "Refreshes that failed; the rows at hand stayed in use.");
        lookupAge = meter.CreateGauge<double>("ingest.lookup.age", "s", "Age of the rows in use: 0 after each successful refresh.");
        lookupRows = meter.CreateGauge<long>("ingest.lookup.rows", "{row}", "Rows in use.");
        batchDuration = meter.CreateHistogram<double>("ingest.batch.duration", "s", "From the function's start to durable.");
        batchSize = meter.CreateHistogram<long>("ingest.batch.size", "{event}", "Events a batch.");
        stageDuration = meter.CreateHistogram<double>("ingest.stage.duration", "s", "What a commit spends in each of its stages; stage and tables run side by side.");
        dropped = meter.CreateCounter<long>("ingest.telemetry.dropped", "{item}", "Spans and log lines that the telemetry budget left out.");
    }

    /// <summary>Tells this meter's instruments from those of others with its name.</summary>
    internal Meter Instruments => meter;

    /// <summary>Events received since the process began.</summary>
    public long EventsReceived => Interlocked.Read(ref eventsReceived);

    /// <summary>Events were handed to the function; whatever becomes of them.</summary>
    public void Received(PartitionId partition, int events)
    {
        Interlocked.Add(ref eventsReceived, events);
        received.Add(events, TagsOf(partition));
    }

    /// <summary>A batch is durable.</summary>
    public void Batch(PartitionId partition, int events, TimeSpan duration)
    {
        var tags = TagsOf(partition);
        batchDuration.Record(duration.TotalSeconds, tags);
        batchSize.Record(events, tags);
    }

    /// <summary>A commit happened, in a batch or in a sweep.</summary>
    public void Committed(PartitionId partition, long events, long eventsRepaired, long numbersAbsent)
    {
        var tags = TagsOf(partition);
        AddIfAny(committed, events, tags);
        AddIfAny(repaired, eventsRepaired, tags);
        AddIfAny(absent, numbersAbsent, tags);
    }

    /// <summary>Counts the records of one commit when the returned action runs.</summary>
    public Action Commit(
        PartitionId partition, IReadOnlyList<(string Stream, long Records)> writtenByStream,
        IReadOnlyList<(string? Stream, FaultCode Reason, long Records)> quarantinedByReason, long filteredRecords = 0) => () =>
    {
        var hub = new KeyValuePair<string, object?>("hub", partition.Hub);
        foreach (var (stream, records) in writtenByStream)
        {
            AddIfAny(written, records, [new("stream", stream), hub]);
        }

        foreach (var (stream, reason, records) in quarantinedByReason)
        {
            quarantined.Add(records, new("stream", stream ?? ""), hub, new("reason", reason.ToText()));
        }

        AddIfAny(filtered, filteredRecords, [hub]);
    };

    /// <param name="wait">Since the hub accepted the oldest event that has just become durable; below zero where clocks differ.</param>
    public void Durable(PartitionId partition, TimeSpan wait) =>
        timeToDurable.Record(Math.Max(0, wait.TotalSeconds), new TagList { { "hub", partition.Hub } });

    /// <summary>How far a partition is behind its hub; asked each minute, also where no event arrives.</summary>
    public void Lag(PartitionId partition, long events, TimeSpan time)
    {
        var tags = TagsOf(partition);
        lagEvents.Record(events, tags);
        lagTime.Record(time.TotalSeconds, tags);
    }

    /// <summary>An attempt found its partition held.</summary>
    public void Held(PartitionId partition) => holds.Add(1, TagsOf(partition));

    /// <summary>Times one stage of a commit until it is disposed, also where the stage fails.</summary>
    public StageTimer Begin(Stage stage, PartitionId partition) => new(this, stage, partition.Hub);

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

    /// <summary>The telemetry budget left something out.</summary>
    public void Dropped(TelemetryKind kind) => dropped.Add(1, new TagList { { "kind", kind == TelemetryKind.Span ? "span" : "log" } });

    public void Dispose() => meter.Dispose();

    internal void Record(Stage stage, string hub, TimeSpan duration) =>
        stageDuration.Record(duration.TotalSeconds, new TagList { { "stage", StageTimer.NameOf(stage) }, { "hub", hub } });

    private static TagList TagsOf(PartitionId partition) => new() { { "hub", partition.Hub }, { "partition", partition.Number } };

    private static void AddIfAny(Counter<long> counter, long count, in TagList tags)
    {
        if (count > 0)
        {
            counter.Add(count, tags);
        }
    }
}
