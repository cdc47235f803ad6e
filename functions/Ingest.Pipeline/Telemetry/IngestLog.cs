using Ingest.Pipeline.Events;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Telemetry;

/// <summary>Every log line of the product, with a fixed id. Per batch, never per event.</summary>
public static partial class IngestLog
{
    [LoggerMessage(100, LogLevel.Debug, "{Partition}: {Committed} events committed in {Commits} commits ({Written} written, {Quarantined} quarantined, {Filtered} filtered); durable {Durable}")]
    public static partial void BatchCommitted(
        this ILogger logger, PartitionId partition, long committed, int commits, long written, long quarantined, long filtered, long durable);

    [LoggerMessage(101, LogLevel.Information, "{Partition}: first progress row, durable {Durable}")]
    public static partial void FirstRow(this ILogger logger, PartitionId partition, long durable);

    [LoggerMessage(102, LogLevel.Warning, "{Partition}: the hub was deleted and created again; epoch {Epoch} begins after {Durable}")]
    public static partial void EpochBegun(this ILogger logger, PartitionId partition, int epoch, long durable);

    [LoggerMessage(103, LogLevel.Warning, "{Partition}: gap from {First} to {Last}; reading it from the hub")]
    public static partial void GapFound(this ILogger logger, PartitionId partition, long first, long last);

    [LoggerMessage(104, LogLevel.Error, "{Partition}: sequence numbers {First} to {Last} are gone from the hub and recorded as absent")]
    public static partial void RangeAbsent(this ILogger logger, PartitionId partition, long first, long last);

    [LoggerMessage(105, LogLevel.Critical, "{Partition}: held: {Reason}")]
    public static partial void Held(this ILogger logger, PartitionId partition, string reason);

    [LoggerMessage(119, LogLevel.Warning, "{Partition}: waiting: {Reason}")]
    public static partial void Waiting(this ILogger logger, PartitionId partition, string reason);

    [LoggerMessage(106, LogLevel.Information, "{Partition}: resumed")]
    public static partial void Resumed(this ILogger logger, PartitionId partition);

    [LoggerMessage(107, LogLevel.Information, "{Partition}: another writer committed first; reading progress again")]
    public static partial void Overtaken(this ILogger logger, PartitionId partition);

    [LoggerMessage(108, LogLevel.Information, "{Partition}: {Count} segments were found pending and published")]
    public static partial void PublishedPending(this ILogger logger, PartitionId partition, int count);

    [LoggerMessage(109, LogLevel.Information, "{Partition}: {Count} events of a deleted hub dropped")]
    public static partial void DeletedHubEvents(this ILogger logger, PartitionId partition, int count);

    [LoggerMessage(110, LogLevel.Warning, "{Partition}: the note of what it waits for could not be written to its row")]
    public static partial void NoteFailed(this ILogger logger, Exception exception, PartitionId partition);

    [LoggerMessage(111, LogLevel.Warning, "Lookup {Lookup}: refresh failed; the rows of {Age} ago stay in use")]
    public static partial void LookupStale(this ILogger logger, Exception exception, string lookup, TimeSpan age);

    [LoggerMessage(112, LogLevel.Warning, "{Partition}: sweep failed; the next one tries again")]
    public static partial void SweepFailed(this ILogger logger, Exception exception, PartitionId partition);

    [LoggerMessage(113, LogLevel.Information, "Lookup {Lookup}: {Rows} rows loaded ({Bytes} bytes) in {Duration}")]
    public static partial void LookupLoaded(this ILogger logger, string lookup, int rows, long bytes, TimeSpan duration);

    [LoggerMessage(130, LogLevel.Warning, "{Hub}: its partitions could not be listed to be swept; the next sweep tries again")]
    public static partial void HubNotSwept(this ILogger logger, Exception exception, string hub);

    [LoggerMessage(131, LogLevel.Debug, "Lookup {Lookup}: unchanged, as its ETags show ({Duration})")]
    public static partial void LookupUnchanged(this ILogger logger, string lookup, TimeSpan duration);

    [LoggerMessage(114, LogLevel.Warning, "{Partition}: the host skipped the tail from {First} on; repairing it ({Absent} absent, {Events} events)")]
    public static partial void TailRepaired(this ILogger logger, PartitionId partition, long first, long absent, int events);

    [LoggerMessage(115, LogLevel.Warning, "{Partition}: bringing events {Range} to rest, which were {Reason}: {Events} events read, {Held} records of them held, {Absent} numbers gone")]
    public static partial void MakingUp(this ILogger logger, PartitionId partition, EventRange range, string reason, int events, int held, long absent);

    [LoggerMessage(116, LogLevel.Critical, "{Partition}: the commit of events {Range} is not at rest exactly once: missing '{Missing}', {Duplicates} duplicates; run `ingest audit`")]
    public static partial void LedgerBroken(this ILogger logger, PartitionId partition, EventRange range, string missing, long duplicates);

    [LoggerMessage(117, LogLevel.Critical, "{Partition}: {Count} committed segments have not been published for {Age}; staged blocks are kept for a week")]
    public static partial void PendingTooLong(this ILogger logger, Exception? exception, PartitionId partition, int count, TimeSpan age);

    [LoggerMessage(118, LogLevel.Critical, "{Partition}: {Count} records of stream {Stream} are quarantined as internal: reading them failed where it must not")]
    public static partial void PoisonIsolated(this ILogger logger, Exception exception, PartitionId partition, int count, string stream);

    [LoggerMessage(140, LogLevel.Warning, "{Account}: {Service} storage is down: {Failures} requests in a row failed in {FailingFor}, the last with '{Failure}'; requests wait up to {LongestWait}, one goes at least every {Probe} to see")]
    public static partial void StorageDown(
        this ILogger logger, string account, string service, int failures, TimeSpan failingFor, string failure, TimeSpan longestWait, TimeSpan probe);

    [LoggerMessage(141, LogLevel.Information, "{Account}: {Service} storage answers again after {Down}")]
    public static partial void StorageBack(this ILogger logger, string account, string service, TimeSpan down);
}
