using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline;

/// <summary>
/// Runs each stream's enrichers, and takes out single records for which one that asks nobody throws. Where that is not enough, the
/// mistake is the version's and not a record's: one stream is then set aside whole, so that the others go on; if there are no
/// others, or several streams are concerned, the partition holds.
/// </summary>
/// <param name="isOnlyStream">Whether setting it aside would spare nobody.</param>
internal sealed class IsolatingEnrichment(
    Func<string, IReadOnlyList<IEnricher>> enrichersOf, Action<IEnumerable<RecordBatch>> giveBack, bool isOnlyStream, ILogger logger)
{
    /// <param name="decodeAgain">Decodes the same run once more, with the same rows.</param>
    /// <exception cref="PartitionHeldException">Mistakes beyond single records, of the only stream or of several.</exception>
    public async Task EnrichAsync(BatchInWork work, Func<BatchInWork> decodeAgain, CancellationToken cancellationToken)
    {
        var broken = new List<(RecordBatch Batch, Exception Mistake)>();
        foreach (var batch in work.Batches.ToList())
        {
            if (await TryAsync(batch, cancellationToken) is { } mistake && !await TryIsolateAsync(work, batch, mistake, decodeAgain, cancellationToken))
            {
                broken.Add((batch, mistake));
            }
        }

        if (broken.Count > 1 || (broken.Count == 1 && isOnlyStream))
        {
            throw Poison.HoldFor(work.Run, broken.Select(stream => stream.Batch.Stream), broken[0].Mistake);
        }

        if (broken is [var one])
        {
            SetAside(work, one.Batch, one.Mistake, decodeAgain);
        }
    }

    private async Task<bool> TryIsolateAsync(
        BatchInWork work, RecordBatch batch, Exception mistake, Func<BatchInWork> decodeAgain, CancellationToken cancellationToken)
    {
        var records = work.Refused.Count + work.Batches.Sum(b => b.RowCount);
        var found = await PoisonSearch.FindAsync(
            batch.RowCount, included => ProbeAsync(batch.Stream, included, decodeAgain, cancellationToken), count => Poison.IsTooMany(count, records));
        if (found is null)
        {
            return false;
        }

        var fresh = Fresh(batch.Stream, decodeAgain);
        foreach (var (row, exception) in found)
        {
            fresh.Exclude(row, Poison.FaultOf(FaultStage.Enrich, exception));
        }

        if (await TryAsync(fresh, cancellationToken) is not null)
        {
            giveBack([fresh]);
            return false;
        }

        work.Replace(batch, fresh);
        logger.PoisonIsolated(mistake, work.Run.Partition, found.Count, batch.Stream);
        return true;
    }

    private void SetAside(BatchInWork work, RecordBatch batch, Exception mistake, Func<BatchInWork> decodeAgain)
    {
        var fresh = Fresh(batch.Stream, decodeAgain);
        var fault = Poison.FaultOf(FaultStage.Enrich, new InvalidOperationException(
            $"An enricher of {batch.Stream} fails for more than single records of this commit; all of the stream's are set aside.", mistake));
        for (var row = 0; row < fresh.RowCount; row++)
        {
            fresh.Exclude(row, fault);
        }

        work.Replace(batch, fresh);
        logger.PoisonIsolated(mistake, work.Run.Partition, fresh.RowCount, batch.Stream);
    }

    private async Task<Exception?> ProbeAsync(
        string stream, Predicate<int> included, Func<BatchInWork> decodeAgain, CancellationToken cancellationToken)
    {
        // The search runs the step very often, and the host may have to stop meanwhile.
        cancellationToken.ThrowIfCancellationRequested();
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
