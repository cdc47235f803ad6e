using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Xunit;

namespace Ingest.Testing.Conformance;

/// <summary>What every lake with its segment store must do, fakes included: derive, and give a fresh one to each test.</summary>
public abstract class SegmentStoreConformance
{
    private static readonly PartitionId Partition = new("contoso.servicebus.windows.net", "telemetry", 3);
    private static readonly long Hour = SegmentName.HourOf(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());

    protected abstract ILake Lake { get; }

    protected abstract ISegmentStore Segments { get; }

    [Fact]
    public async Task A_staged_segment_is_not_visible()
    {
        await StageAsync(Hour, 0, 9);

        Assert.Null(await Segments.FindLastVisibleAsync(Partition, null, default));
    }

    [Fact]
    public async Task A_published_segment_is_visible_and_publishing_it_again_is_harmless()
    {
        var name = await StageAsync(Hour, 0, 9);

        Assert.Equal(PublishOutcome.Published, await Segments.PublishAsync(name.ToString(), default));
        Assert.Equal(PublishOutcome.AlreadyPublished, await Segments.PublishAsync(name.ToString(), default));
        Assert.Equal((2, 9L), await Segments.FindLastVisibleAsync(Partition, null, default));
    }

    [Fact]
    public async Task Of_publishers_at_once_exactly_one_publishes()
    {
        var name = await StageAsync(Hour, 0, 9);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Segments.PublishAsync(name.ToString(), default))));

        Assert.Equal(1, outcomes.Count(outcome => outcome == PublishOutcome.Published));
        Assert.Equal(15, outcomes.Count(outcome => outcome == PublishOutcome.AlreadyPublished));
    }

    [Fact]
    public async Task What_was_never_staged_has_expired()
    {
        var name = Name(Hour, 0, 9, attempt: 7);

        Assert.Equal(PublishOutcome.Expired, await Segments.PublishAsync(name.ToString(), default));
    }

    [Fact]
    public async Task Attempts_at_the_same_range_do_not_disturb_each_other()
    {
        var first = await StageAsync(Hour, 0, 9, attempt: 1);
        var second = await StageAsync(Hour, 0, 9, attempt: 2);

        Assert.Equal(PublishOutcome.Published, await Segments.PublishAsync(second.ToString(), default));
        Assert.Equal(PublishOutcome.Published, await Segments.PublishAsync(first.ToString(), default));
    }

    [Fact]
    public async Task The_last_visible_is_the_greatest_of_its_partition_from_the_hour_on()
    {
        await PublishAsync(Hour, 100, 200);
        await PublishAsync(Hour + 1, 0, 50);
        await PublishAsync(Hour + 2, 0, 900, Partition with { Number = 4 });

        Assert.Equal((2, 200L), await Segments.FindLastVisibleAsync(Partition, null, default));
        Assert.Equal((2, 50L), await Segments.FindLastVisibleAsync(Partition, Hour + 1, default));
        Assert.Null(await Segments.FindLastVisibleAsync(Partition, Hour + 2, default));
    }

    [Fact]
    public async Task Records_are_found_by_partition_epoch_range_and_hour_and_duplicates_are_counted()
    {
        await PublishAsync(Hour, 100, 200);
        await PublishAsync(Hour + 1, 201, 300);
        await PublishAsync(Hour + 1, 201, 290);
        await PublishAsync(Hour + 1, 250, 260, Partition with { Number = 4 });
        await StageAsync(Hour + 1, 270, 280);

        var all = await Segments.FindRecordsAsync(Partition, 2, new EventRange(0, 1000), null, default);
        var late = await Segments.FindRecordsAsync(Partition, 2, new EventRange(0, 1000), Hour + 1, default);
        var narrow = await Segments.FindRecordsAsync(Partition, 2, new EventRange(101, 200), null, default);
        var other = await Segments.FindRecordsAsync(Partition, 1, new EventRange(0, 1000), null, default);

        Assert.Equal([100L, 201], all.Records.Select(r => r.Sequence).Order());
        Assert.Equal(1, all.Duplicates);
        Assert.Equal([201L], late.Records.Select(r => r.Sequence));
        Assert.Empty(narrow.Records);
        Assert.Empty(other.Records);
        Assert.Equal([new EventRange(0, 99), new EventRange(101, 200), new EventRange(202, 300)], all.Without(new EventRange(0, 300)).AsEnumerable());
    }

    private async Task PublishAsync(long hour, long first, long last, PartitionId? partition = null)
    {
        var name = await StageAsync(hour, first, last, attempt: (int)last, partition: partition);
        Assert.Equal(PublishOutcome.Published, await Segments.PublishAsync(name.ToString(), default));
    }

    private async Task<SegmentName> StageAsync(long hour, long first, long last, int attempt = 0, PartitionId? partition = null)
    {
        var name = Name(hour, first, last, attempt, partition);
        var batch = new RecordBatch("telemetry", "v", [new("value", ColumnType.Int64)]);
        ((Int64Column)batch.Columns[0]).Append(1);
        batch.CommitRow(
            new IncomingEvent { Body = default, SequenceNumber = first, EnqueuedUnixMs = hour * 3_600_000 }, 0, 0, default, default);
        await Lake.StageAsync(name, batch, new[] { 0 }, new SegmentContext(partition ?? Partition, 2, hour * 3_600_000), default);
        return name;
    }

    private SegmentName Name(long hour, long first, long last, int attempt, PartitionId? partition = null) => new(
        Segments.LakeContainer, "telemetry", hour, Partition.Hub, (partition ?? Partition).Number, 2, first, last, attempt.ToString("x32", null));
}
