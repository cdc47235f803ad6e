using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Sinks;

/// <summary>
/// A store that is written before the commit and is not part of it (tables). Writing the same batch again must leave the
/// same rows. One instance serves all partitions in parallel.
/// </summary>
public interface ISink
{
    /// <summary>Metric tag and log name, for example <c>latest</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Builds what will be sent: keys, limits, bodies; no network. Rows that the store cannot take are excluded from
    /// <paramref name="batch"/> with a <see cref="Fault"/>. Returns null where the stream does not use this sink.
    /// </summary>
    IPreparedWrite? Prepare(RecordBatch batch, SegmentContext context);
}

/// <summary>One batch, ready to send to one store.</summary>
public interface IPreparedWrite
{
    /// <summary>
    /// Sends. Rows that the store refused all the same come back by their index; the others are written. Throws only when the
    /// store is unavailable, after its own retries; the caller holds the partition then and calls again with a new batch.
    /// Rows excluded from the batch after <see cref="ISink.Prepare"/> are not sent.
    /// </summary>
    Task<IReadOnlyList<RefusedRow>> SendAsync(CancellationToken cancellationToken);
}

public readonly record struct RefusedRow(int Row, Fault Fault);

/// <summary>What all segments and rows of one commit share.</summary>
/// <param name="Epoch">The hub's incarnation.</param>
/// <param name="IngestedUnixMs">When this attempt began (column <c>_ingested</c>).</param>
public sealed record SegmentContext(PartitionId Partition, int Epoch, long IngestedUnixMs);
