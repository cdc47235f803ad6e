using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>
/// Adds columns to a decoded batch. One instance serves all partitions; it is called in parallel for different batches,
/// never for the same one. Enrichers of a stream run one after the other, in the order of streams.json.
/// </summary>
/// <remarks>
/// The columns are part of <see cref="RecordBatch.Columns"/> already and empty. An enricher appends one value or null for
/// each of <see cref="RecordBatch.RowCount"/> rows to each of its columns, excluded rows included, so that row numbers keep
/// their meaning. A record that it must refuse is excluded by its row with a <see cref="Events.Fault"/>. It throws only when
/// the world is bad (a store is unavailable), before it has appended anything: the partition then holds, and the host
/// calls again with a new batch. It may be asynchronous, and must not block a thread.
/// </remarks>
public interface IEnricher
{
    /// <summary>
    /// Whether it works from the record alone. What it throws then is a mistake, not the world's: the record that brings it to
    /// light is quarantined as <c>internal</c>. It must not look at what excluded rows hold.
    /// </summary>
    bool AsksNobody => false;

    Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken);
}
