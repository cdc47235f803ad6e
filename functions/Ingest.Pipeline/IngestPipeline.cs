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
    private readonly IngestMeter meter;
    private readonly IngestTracing tracing;
    private readonly TimeProvider time;
    private readonly ILogger<IngestPipeline> logger;

    public IngestPipeline(
        StreamCatalog catalog, StreamEnrichers enrichers, DecodingOptions decoding, PartitionDelivery delivery, ILake lake, IQuarantine quarantine,
        ISegmentStore segments, IEnumerable<ISink> sinks, IngestMeter meter, IngestTracing tracing, TimeProvider time, ILogger<IngestPipeline> logger)
    {
        this.catalog = catalog;
        this.delivery = delivery;
        this.sinks = [.. sinks];
        this.meter = meter;
        this.tracing = tracing;
        this.time = time;
        this.logger = logger;
        workers = new StreamWorkers(catalog, enrichers, decoding);
        staging = new SegmentStaging(lake, quarantine, segments, meter, static () => RandomNumberGenerator.GetHexString(32, lowercase: true));
    }

    /// <summary>
    /// Makes every event of the batch durable, or throws: then nothing is lost, and the same or any other batch may be
    /// delivered again.
    /// </summary>
    public async Task<BatchReceipt> ProcessAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var span = tracing.StartBatch(batch);
        try
        {
            var receipt = await delivery.DeliverAsync(batch, StageAsync, cancellationToken);
            meter.Batch(batch.Partition, receipt.Received, receipt.Committed, receipt.Repaired, receipt.Absent, time.GetElapsedTime(started));
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

    /// <summary>Publishes what an instance that died left pending on a partition, and fetches a tail that the host skipped.</summary>
    public async Task SweepAsync(PartitionId partition, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.SweepAsync(partition, StageAsync, cancellationToken);
        }
        catch (Exception exception)
        {
            CountHold(partition, exception);
            throw;
        }
    }

    private void CountHold(PartitionId partition, Exception exception)
    {
        if (exception is PartitionHeldException)
        {
            meter.Held(partition);
        }
    }

    private async Task<StagedRun> StageAsync(DeliveryRun run, CancellationToken cancellationToken)
    {
        var context = new SegmentContext(run.Partition, run.Row.Epoch, time.GetUtcNow().ToUnixTimeMilliseconds());
        var work = new BatchInWork(run, SegmentLimit.Cut(run, catalog));
        using (meter.Begin(Stage.Decode, run.Partition))
        {
            Decode(work);
        }

        work.VerifyLedger();
        using (meter.Begin(Stage.Enrich, run.Partition))
        {
            await EnrichAsync(work, cancellationToken);
        }

        var tables = Prepare(work, context);
        var segments = await staging.WriteAsync(work, tables, context, cancellationToken);
        var telemetry = new CommitTelemetry(meter, time, work);
        var staged = new StagedRun(work.Events.Length, segments, new ProgressTotals(work.WrittenCount, work.QuarantinedCount, 0, 0))
        {
            OnCommitted = telemetry.Committed,
            OnPublished = telemetry.Published,
        };

        // Only here: after a failure something may still be reading the columns.
        workers.Return(work.Batches);
        return staged;
    }

    private void Decode(BatchInWork work)
    {
        var events = work.Events.Span;
        using var decoders = workers.RentDecoders();
        var rentBatch = workers.RentBatch;
        var decoder = new EventDecoder(catalog, stream => decoders[stream], stream => work.BatchOf(stream, rentBatch));
        for (var i = 0; i < events.Length; i++)
        {
            decoder.Decode(events[i], i, work.Refused);
        }
    }

    private async Task EnrichAsync(BatchInWork work, CancellationToken cancellationToken)
    {
        foreach (var batch in work.Batches)
        {
            batch.Events = work.Events;
            foreach (var enricher in workers.EnrichersOf(batch.Stream))
            {
                await enricher.EnrichAsync(batch, cancellationToken);
            }
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
