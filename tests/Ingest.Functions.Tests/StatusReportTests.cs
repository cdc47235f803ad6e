using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Progress;

namespace Ingest.Functions.Tests;

public class StatusReportTests
{
    private static readonly DateTimeOffset Written = new(2026, 8, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly HubState Hub = new(CreatedUnixMs: 1_000, BeginningSequence: 0, LastSequence: 119, LastEnqueuedUnixMs: 95_500);

    [Fact]
    public void A_partition_stands_where_its_row_and_its_hub_say()
    {
        var status = PartitionStatus.Of(Partition(3), Hub, Row(3, durable: 99, hold: "the row was lost since 2026-08-01"));

        Assert.Equal(("telemetry", 3, 1, 99L, 119L, 20L, 5.5), (status.Hub, status.Partition, status.Epoch, status.Durable, status.Last, status.LagEvents, status.LagSeconds));
        Assert.Equal((1, Written, "the row was lost since 2026-08-01"), (status.Pending, status.WrittenAt, status.Hold));
    }

    [Fact]
    public void A_partition_without_a_row_has_everything_still_to_come()
    {
        var status = PartitionStatus.Of(Partition(0), Hub, null);

        Assert.Null(status.Durable);
        Assert.Null(status.WrittenAt);
        Assert.Equal((120, 94.5), (status.LagEvents, status.LagSeconds));
    }

    [Fact]
    public void The_whole_is_as_far_behind_as_its_slowest_partition()
    {
        var report = StatusReport.Of(
            [], [PartitionStatus.Of(Partition(1), Hub, Row(1, 119, null)), PartitionStatus.Of(Partition(0), Hub, Row(0, 109, "held"))], ["b", "a"]);

        Assert.Equal((10, 5.5, 1), (report.LagEvents, report.LagSeconds, report.Held));
        Assert.Equal([0, 1], report.Partitions.Select(p => p.Partition));
        Assert.Equal(["a", "b"], report.Problems);
    }

    private static PartitionId Partition(int number) => new("ns", "telemetry", number);

    private static StoredProgress Row(int partition, long durable, string? hold) => new(
        "stdata", "lake", Partition(partition),
        new PartitionProgress { Durable = durable, HubCreated = 1_000, EnqueuedMax = 90_000, Pending = ["lake/a"], ETag = "x" }, hold, Written);
}
