using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline;

/// <summary>Runs each stream's enrichers, and takes out single records for which one that asks nobody throws.</summary>
internal sealed class IsolatingEnrichment(Func<string, IReadOnlyList<IEnricher>> enrichersOf, Action<IEnumerable<RecordBatch>> giveBack, ILogger logger)
{
    /// <param name="decodeAgain">Decodes the same run once more, with the same rows.</param>
    public async Task EnrichAsync(BatchInWork work, Func<BatchInWork> decodeAgain, CancellationToken cancellationToken)
    {
        foreach (var batch in work.Batches.ToList())
        {
            if (await TryAsync(batch, cancellationToken) is { } mistake)
            {
                await IsolateAsync(work, batch, mistake, decodeAgain, cancellationToken);
            }
        }
    }

    private async Task IsolateAsync(
        BatchInWork work, RecordBatch batch, Exception mistake, Func<BatchInWork> decodeAgain, CancellationToken cancellationToken)
    {
        var found = await PoisonSearch.FindAsync(
            batch.RowCount, included => ProbeAsync(batch.Stream, included, decodeAgain, cancellationToken),
            (count, exception) => Poison.Tolerate(work.Run, count, batch.RowCount, exception));

        var fresh = Fresh(batch.Stream, decodeAgain);
        foreach (var (row, exception) in found)
        {
            fresh.Exclude(row, Poison.FaultOf(FaultStage.Enrich, exception));
        }

        if (await TryAsync(fresh, cancellationToken) is { } again)
        {
            throw new AggregateException($"An enricher of stream {batch.Stream} fails although every record that it failed for was taken out.", again);
        }

        work.Replace(batch, fresh);
        logger.PoisonIsolated(mistake, work.Run.Partition, found.Count, batch.Stream);
    }

    private async Task<Exception?> ProbeAsync(
        string stream, Predicate<int> included, Func<BatchInWork> decodeAgain, CancellationToken cancellationToken)
    {
        var probe = Fresh(stream, decodeAgain);
        var leftOut = new Fault(FaultStage.Enrich, FaultCode.Internal, "Left out of a probe.");
        for (var row = 0; row < probe.RowCount; row++)
        {
            if (!included(row))
            {
                probe.Exclude(row, leftOut);
            }
        }

        var mistake = await TryAsync(probe, cancellationToken);
        giveBack([probe]);
        return mistake;
    }

    private RecordBatch Fresh(string stream, Func<BatchInWork> decodeAgain)
    {
        var again = decodeAgain();
        var fresh = again.Batches.Single(batch => batch.Stream == stream);
        giveBack(again.Batches.Where(batch => batch != fresh));
        return fresh;
    }

    /// <summary>What an enricher that asks nobody threw; whatever another one throws holds the partition.</summary>
    private async Task<Exception?> TryAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        foreach (var enricher in enrichersOf(batch.Stream))
        {
            try
            {
                await enricher.EnrichAsync(batch, cancellationToken);
            }
            catch (Exception exception) when (enricher.AsksNobody && Poison.IsMistake(exception))
            {
                return exception;
            }
        }

        return null;
    }
}
