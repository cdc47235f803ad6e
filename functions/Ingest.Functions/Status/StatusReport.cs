using System.Collections.Immutable;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Progress;

namespace Ingest.Functions;

/// <summary>What <c>GET /api/status</c> answers (docs/telemetry.md).</summary>
/// <param name="LagEvents">Of all partitions together.</param>
/// <param name="LagSeconds">Of the partition that is furthest behind.</param>
/// <param name="Held">Partitions that wait for something.</param>
/// <param name="Problems">What could not be asked; what it would have said is missing.</param>
public sealed record StatusReport(
    string Version, IReadOnlyList<StreamStatus> Streams, IReadOnlyList<PartitionStatus> Partitions, long LagEvents, double LagSeconds, int Held,
    IReadOnlyList<string> Problems)
{
    public static StatusReport Of(IReadOnlyList<StreamStatus> streams, IEnumerable<PartitionStatus> partitions, IEnumerable<string> problems)
    {
        var ordered = partitions.OrderBy(p => p.Hub, StringComparer.Ordinal).ThenBy(p => p.Partition).ToImmutableArray();
        return new StatusReport(
            AppVersion.Text, streams, ordered, ordered.Sum(p => p.LagEvents), ordered.Select(p => p.LagSeconds).DefaultIfEmpty().Max(),
            ordered.Count(p => p.Hold is not null), [.. problems.Order(StringComparer.Ordinal)]);
    }
}

/// <param name="Version">Hash of everything that the stream's rows depend on.</param>
public sealed record StreamStatus(string Name, string Version);

/// <summary>One partition by its row and its hub.</summary>
/// <param name="Durable">Last committed sequence number, −1 before the first; null without a row.</param>
/// <param name="Last">Last sequence number in the hub, −1 when there never was one.</param>
/// <param name="Pending">Segments of the last commit that may not be visible yet.</param>
/// <param name="WrittenAt">When the row was last written; null without a row.</param>
/// <param name="Hold">What it waits for and since when; null while it goes on.</param>
public sealed record PartitionStatus(
    string Hub, int Partition, int? Epoch, long? Durable, long Last, long LagEvents, double LagSeconds, int Pending, DateTimeOffset? WrittenAt, string? Hold,
    ProgressTotals? Totals)
{
    /// <param name="row">Null before the first.</param>
    public static PartitionStatus Of(Ingest.Pipeline.Events.PartitionId partition, HubState hub, StoredProgress? row)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(hub);
        var standing = new PartitionStanding(row?.Progress, hub);
        return new PartitionStatus(
            partition.Hub, partition.Number, row?.Progress.Epoch, row?.Progress.Durable, hub.LastSequence, standing.LagEvents,
            Math.Round(standing.LagTime.TotalSeconds, 3), row?.Progress.Pending.Length ?? 0, row?.WrittenAt, row?.Hold, row?.Progress.Totals);
    }
}
