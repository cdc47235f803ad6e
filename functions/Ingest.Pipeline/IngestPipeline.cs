using System.Security.Cryptography;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline;

/// <summary>
/// A batch of events from one partition goes in and comes out as rows that are written exactly once, or as quarantined
/// events that say why. One instance serves all partitions of the process.
/// </summary>
public sealed class IngestPipeline
{
    private readonly StreamCatalog catalog;
    private readonly StreamWorkers workers;
    private readonly PartitionDelivery delivery;
    private readonly IReadOnlyList<ISink> sinks;
    private readonly SegmentStaging staging;
    private readonly ReplayedEvents replayed;
    private readonly IngestMeter meter;
    private readonly IngestTracing tracing;
    private readonly TimeProvider time;
    private readonly TimeSpan pendingAlarmAfter;
    private readonly ILogger<IngestPipeline> logger;

    public IngestPipeline(
        StreamCatalog catalog, StreamEnrichers enrichers, DecodingOptions decoding, PartitionDelivery delivery, ILake lake, IQuarantine quarantine,
        ISegmentStore segments, IEnumerable<ISink> sinks, DeliveryOptions options, IngestMeter meter, IngestTracing tracing, TimeProvider time,
        ILogger<IngestPipeline> logger, IReplayRegister? replays = null)
    {
        this.catalog = catalog;
        this.delivery = delivery;
        this.sinks = [.. sinks];
        this.meter = meter;
        this.tracing = tracing;
        this.time = time;
        pendingAlarmAfter = options.PendingAlarmAfter;
        this.logger = logger;
        replayed = new ReplayedEvents(replays);
        workers = new StreamWorkers(catalog, enrichers, decoding);
        EnrichersOf = workers.EnrichersOf;
        staging = new SegmentStaging(lake, quarantine, segments, meter, static () => RandomNumberGenerator.GetHexString(32, lowercase: true));
    }

    /// <summary>A stream's enrichers, in their order.</summary>
    internal Func<string, IReadOnlyList<IEnricher>> EnrichersOf { get; init; }

    /// <summary>
    /// Makes every event of the batch durable, or throws: then nothing is lost, and the same or any other batch may be
    /// delivered again.
    /// </summary>
    public async Task<BatchReceipt> ProcessAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var span = tracing.StartBatch(batch);
        meter.Received(batch.Partition, batch.Count);
        try
        {
            var receipt = await delivery.DeliverAsync(batch, (run, token) => StageAsync(run, IsRepair(run, batch), token), cancellationToken);
            meter.Batch(batch.Partition, batch.Count, time.GetElapsedTime(started));
            IngestTracing.Succeeded(span, receipt.Committed, receipt.Written, receipt.Quarantined, receipt.Filtered);
            logger.BatchCommitted(
                batch.Partition, receipt.Committed, receipt.Commits, receipt.Written, receipt.Quarantined, receipt.Filtered, batch.Last);
            return receipt;
        }
        catch (Exception exception)
        {
            IngestTracing.Failed(span, exception);
            CountHold(batch.Partition, exception);
            throw;
        }
    }

    /// <summary>
    /// Publishes what an instance that died left pending on a partition, fetches what the host or an operator has skipped, and
    /// says how far the partition is behind, whether or not that succeeds.
    /// </summary>
    public async Task SweepAsync(PartitionId partition, CancellationToken cancellationToken)
    {
        var standing = await delivery.StandingAsync(partition, cancellationToken);
        meter.Lag(partition, standing.LagEvents, standing.LagTime);
        try
        {
            if (await delivery.SweepAsync(partition, (run, token) => StageAsync(run, repaired: true, token), cancellationToken) is { } swept)
            {
                meter.Lag(partition, swept.LagEvents, swept.LagTime);
            }
            else
            {
                // An attempt is under way, which may have waited for storage as long as the commit is old.
                AlarmIfPendingTooLong(partition, standing.Row, null);
            }
        }
        catch (Exception exception)
        {
            CountHold(partition, exception);
            if (!cancellationToken.IsCancellationRequested)
            {
                AlarmIfPendingTooLong(partition, standing.Row, exception);
            }

            throw;
        }
    }

    private void AlarmIfPendingTooLong(PartitionId partition, PartitionProgress? row, Exception? exception)
    {
        if (row is { Pending.IsEmpty: false, WrittenAt: { } since } && time.GetUtcNow() - since is var age && age >= pendingAlarmAfter)
        {
            logger.PendingTooLong(exception, partition, row.Pending.Length, age);
        }
    }

    private void CountHold(PartitionId partition, Exception exception)
    {
        if (exception is PartitionHeldException)
        {
            meter.Held(partition);
        }
    }

    // What is no part of the batch was read from the hub.
    private static bool IsRepair(DeliveryRun run, EventBatch batch) => !run.Events.Span.Overlaps(batch.Events.Span);

    private async Task<StagedRun> StageAsync(DeliveryRun run, bool repaired, CancellationToken cancellationToken)
    {
        var context = new SegmentContext(run.Partition, run.Row.Epoch, time.GetUtcNow().ToUnixTimeMilliseconds());
        run = await replayed.MarkAsync(run, cancellationToken);
        var (count, poison) = (SegmentLimit.Cut(run, catalog), new Dictionary<int, Fault>());
        var work = Decode(run, count, poison);
        work.VerifyLedger();
        using (meter.Begin(Stage.Enrich, run.Partition))
        {
            await new IsolatingEnrichment(EnrichersOf, workers.Return, catalog.Streams.Count == 1, logger).EnrichAsync(work, () => Decode(run, count, poison), cancellationToken);
        }

        var tables = Prepare(work, context);
        var segments = await staging.WriteAsync(work, tables, context, cancellationToken);
        var telemetry = new CommitTelemetry(meter, time, work, repaired);
        var staged = new StagedRun(work.Events.Length, segments, new ProgressTotals(work.WrittenCount, work.QuarantinedCount, 0, 0))
        {
            OnCommitted = telemetry.Committed,
            OnPublished = telemetry.Published,
        };

        // Only here: after a failure something may still be reading the columns.
        workers.Return(work.Rented);
        return staged;
    }

    /// <param name="poison">Events, by their ordinal, for which decoding throws what it must not; grows as they are found.</param>
    private BatchInWork Decode(DeliveryRun run, int eventCount, Dictionary<int, Fault> poison)
    {
        using var timer = meter.Begin(Stage.Decode, run.Partition);
        while (true)
        {
            var work = new BatchInWork(run, eventCount);
            var decoders = workers.RentDecoders();
            var ordinal = 0;
            try
            {
                Decode(work, decoders, poison, ref ordinal);
                decoders.Dispose();
                var internals = work.Refused.Count(record => record.Fault.Code == FaultCode.Internal);
                Poison.Tolerate(run, internals, work.Refused.Count + work.Batches.Sum(batch => batch.RowCount), null);
                return work;
            }
            catch (Exception mistake) when (Poison.IsMistake(mistake))
            {
                // What the event has left behind in batches and decoders is in no known state, so neither is used again.
                poison.Add(ordinal, Poison.FaultOf(FaultStage.Decode, mistake));
                Poison.Tolerate(run, poison.Count, eventCount, mistake);
                logger.PoisonIsolated(mistake, run.Partition, 1, "unknown");
            }
        }
    }

    private void Decode(BatchInWork work, StreamWorkers.DecoderSet decoders, Dictionary<int, Fault> poison, ref int i)
    {
        var events = work.Events.Span;
        var rentBatch = workers.RentBatch;
        var decoder = new EventDecoder(catalog, stream => decoders[stream], stream => work.BatchOf(stream, rentBatch));
        for (i = 0; i < events.Length; i++)
        {
            if (poison.Count > 0 && poison.TryGetValue(i, out var mistake))
            {
                work.Refused.Add(QuarantinedRecord.WholeEvent(events[i], mistake, null));
            }
            else
            {
                decoder.Decode(events[i], i, work.Refused);
            }
        }

        foreach (var batch in work.Batches)
        {
            batch.Events = work.Events;
        }
    }

    private List<(RecordBatch Batch, IPreparedWrite Write)> Prepare(BatchInWork work, SegmentContext context)
    {
        var writes = new List<(RecordBatch, IPreparedWrite)>();
        foreach (var batch in work.Batches)
        {
            foreach (var sink in sinks)
            {
                if (sink.Prepare(batch, context) is { } write)
                {
                    writes.Add((batch, write));
                }
            }
        }

        return writes;
    }
}
