using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Testing;
using Ingest.Testing.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Pipeline.Tests.Progress;

public class PartitionDeliveryTests
{
    private readonly DeliveryWorld world = new();

    [Fact]
    public async Task The_first_row_begins_at_the_partitions_beginning_and_the_gap_before_the_first_batch_is_repaired()
    {
        world.Hub.Append(30);
        world.Hub.TrimTo(5);

        var receipt = await world.DeliverAsync(20, 29);

        Assert.Empty(world.Audit(first: 5, last: 29));
        Assert.Equal((10, 15, 0, 0), (receipt.Received, (int)receipt.Repaired, (int)receipt.Absent, receipt.AlreadyDurable));
    }

    [Fact]
    public async Task Start_now_begins_after_what_the_hub_holds()
    {
        world.Options.BeginAt(StartPosition.Now);
        world.Hub.Append(10);
        await world.DeliverAsync(0, 4);
        Assert.Equal(9, world.Row.Durable);

        world.Hub.Append(5);
        await world.DeliverAsync(0, 14);

        Assert.Empty(world.Audit(first: 10, last: 14));
    }

    [Fact]
    public async Task A_hole_inside_a_batch_is_a_gap_too()
    {
        world.Hub.Append(20);
        var events = world.Hub.Batch(DeliveryWorld.Partition, 0, 19).Events.ToArray().Where(e => e.SequenceNumber is not (7 or 8)).ToArray();

        await world.Process.DeliverAsync(new(DeliveryWorld.Partition, events), world.StageAsync, default);

        Assert.Empty(world.Audit(last: 19));
        Assert.Equal(1, world.Hub.Reads);
    }

    [Fact]
    public async Task What_retention_removed_is_recorded_as_absent_and_the_rest_of_the_gap_is_fetched()
    {
        world.Hub.Append(10);
        await world.DeliverAsync(0, 9);
        world.Hub.Append(40);
        world.Hub.TrimTo(25);

        var receipt = await world.DeliverAsync(40, 49);

        Assert.Equal((15, 15), ((int)receipt.Absent, (int)receipt.Repaired));
        Assert.Equal(15, world.Row.Totals.Absent);
        Assert.Empty(world.Audit(first: 25, last: 49));
    }

    [Fact]
    public async Task An_empty_read_proves_nothing()
    {
        world.Hub.Append(20);
        world.Hub.EmptyReads = 2;
        await world.DeliverAsync(10, 19);
        Assert.Empty(world.Audit(last: 19));

        world.Hub.Append(20);
        world.Hub.EmptyReads = 3;
        var held = await Assert.ThrowsAsync<PartitionHeldException>(() => world.DeliverAsync(30, 39));

        Assert.False(held.NeedsOperator);
        Assert.Equal(19, world.Row.Durable);
        Assert.Contains("came back empty", world.Progress.Holds[DeliveryWorld.Partition]);
        await world.DeliverAsync(30, 39);
        Assert.Empty(world.Progress.Holds);
        Assert.Empty(world.Audit(last: 39));
    }

    [Fact]
    public async Task A_redelivered_batch_changes_nothing()
    {
        world.Hub.Append(10);
        await world.DeliverAsync(0, 9);
        var before = world.Row;

        var receipt = await world.DeliverAsync(0, 9);

        Assert.Equal(10, receipt.AlreadyDurable);
        Assert.Equal(before, world.Row);
    }

    [Fact]
    public async Task A_lost_row_holds_the_partition_instead_of_doubling_what_is_there()
    {
        world.Hub.Append(20);
        await world.DeliverAsync(0, 9);
        world.Progress.Overwrite(DeliveryWorld.Partition, null);
        world.Restart();

        var held = await Assert.ThrowsAsync<PartitionHeldException>(() => world.DeliverAsync(0, 19));

        Assert.True(held.NeedsOperator);
        Assert.Contains("the row was lost", held.Message);
        Assert.Null(world.Progress[DeliveryWorld.Partition]);
    }

    [Fact]
    public async Task A_row_that_was_rolled_back_holds_the_partition()
    {
        world.Hub.Append(30);
        await world.DeliverAsync(0, 9);
        var old = world.Row;
        await world.DeliverAsync(10, 19);
        world.Progress.Overwrite(DeliveryWorld.Partition, old);
        world.Restart();

        await Assert.ThrowsAsync<PartitionHeldException>(() => world.DeliverAsync(20, 29));

        Assert.Empty(world.Segments.Violations);
        Assert.Equal(9, world.Row.Durable);
    }

    [Fact]
    public async Task A_hub_that_was_deleted_and_created_again_begins_a_new_epoch()
    {
        world.Hub.Append(10);
        await world.DeliverAsync(0, 9);
        var stale = world.Hub.Batch(DeliveryWorld.Partition, 5, 9);
        world.Hub.Recreate();
        world.Hub.Append(8);
        world.Restart();

        var receipt = await world.Process.DeliverAsync(stale, world.StageAsync, default);
        await world.DeliverAsync(4, 7);

        Assert.Equal(5, receipt.OfDeletedHub);
        Assert.Equal(2, world.Row.Epoch);
        Assert.Empty(world.Audit(last: 7));
    }

    [Fact]
    public async Task Two_writers_of_one_partition_never_double_an_event()
    {
        world.Hub.Append(200);
        var zombie = world.NewProcess();
        await world.DeliverAsync(0, 9);
        for (var i = 10L; i < 200; i += 10)
        {
            var batch = world.Hub.Batch(DeliveryWorld.Partition, Math.Max(0, i - 5), Math.Min(199, i + 14));
            await Task.WhenAll(
                world.DeliverAsync(i, i + 9),
                zombie.DeliverAsync(batch, world.StageAsync, default));
        }

        Assert.Empty(world.Audit(last: 199));
    }

    [Fact]
    public async Task The_sweeper_publishes_what_a_dead_writer_left_pending_and_then_empties_the_list()
    {
        world.Hub.Append(10);
        world.Faults.Arm("publish", FaultKind.Die);
        await Assert.ThrowsAsync<ProcessDiedException>(() => world.DeliverAsync(0, 9));
        world.Faults.Disarm();
        world.Restart();

        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        Assert.Empty(world.Audit(last: 9));
        Assert.NotEmpty(world.Row.Pending);

        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        Assert.Empty(world.Row.Pending);
        Assert.Empty(world.Audit(last: 9));
    }

    [Fact]
    public async Task The_sweeper_fetches_a_tail_that_the_host_has_skipped()
    {
        var time = new FakeTimeProvider();
        world.Time = time;
        world.Restart();
        world.Hub.Append(30);
        await world.DeliverAsync(0, 9);

        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        Assert.Equal(9, world.Row.Durable);

        time.Advance(world.Options.TailRepairAfter);
        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        Assert.Empty(world.Audit(last: 29));
    }

    [Fact]
    public async Task The_sweeper_records_a_tail_that_retention_removed()
    {
        var time = new FakeTimeProvider();
        world.Time = time;
        world.Restart();
        world.Hub.Append(30);
        await world.DeliverAsync(0, 9);
        world.Hub.TrimTo(30);

        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        time.Advance(world.Options.TailRepairAfter);
        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);

        Assert.Equal((29, 20), (world.Row.Durable, world.Row.Totals.Absent));
    }

    [Fact]
    public async Task What_expired_before_it_was_published_is_read_again_and_nothing_of_it_twice()
    {
        world.Hub.Append(20);
        await CommitWithoutPublishingAsync(0, 9);
        var expired = world.Row.Pending[0];
        world.Segments.ExpireStaged(path => path == expired);

        await world.DeliverAsync(10, 19);

        Assert.Empty(world.Audit(last: 19));
        Assert.Equal(0, world.Row.Totals.Absent);
    }

    [Fact]
    public async Task An_expired_range_that_is_longer_than_one_read_is_made_up_part_by_part()
    {
        world.Options.RepairBatchSize = 3;
        world.Hub.Append(20);
        await CommitWithoutPublishingAsync(0, 9);
        world.Segments.ExpireStaged();

        await world.DeliverAsync(10, 19);

        Assert.Empty(world.Audit(last: 19));
        Assert.True(world.Hub.Reads >= 4, $"{world.Hub.Reads} reads");
    }

    [Fact]
    public async Task What_expired_and_is_gone_from_the_hub_too_is_recorded_as_absent()
    {
        world.Hub.Append(20);
        await CommitWithoutPublishingAsync(0, 9);
        world.Segments.ExpireStaged();
        world.Hub.TrimTo(6);

        await world.DeliverAsync(10, 19);

        Assert.Empty(world.Audit(last: 19));
        // Of the numbers that the hub has lost, the stream that was published holds all but two.
        Assert.Equal((2, 18), (world.Row.Totals.Absent, world.Row.Totals.Written));
    }

    [Fact]
    public async Task What_expired_with_its_hub_deleted_is_recorded_as_absent_before_the_new_epoch_begins()
    {
        world.Hub.Append(10);
        await CommitWithoutPublishingAsync(0, 9);
        world.Segments.ExpireStaged();
        world.Hub.Recreate();
        world.Hub.Append(5);

        await world.DeliverAsync(0, 4);

        Assert.Empty(world.Audit(last: 4));
        Assert.Equal([0L, 3, 6, 9], world.Segments.Absent.Select(gone => gone.Range.First));
    }

    [Fact]
    public async Task Numbers_that_are_used_again_hold_the_partition_until_an_operator_begins_a_new_epoch()
    {
        world.Hub.Append(20);
        await world.DeliverAsync(0, 19);
        world.Hub.Promote(lost: 5);
        world.Hub.Append(9);

        var held = await Assert.ThrowsAsync<PartitionHeldException>(() => world.DeliverAsync(10, 24));
        Assert.True(held.NeedsOperator);
        Assert.Contains("sequence number 15 is committed", held.Message, StringComparison.Ordinal);

        var row = world.Row with { Pending = [] };
        world.Progress.Overwrite(DeliveryWorld.Partition, ProgressCommands.NewEpoch(row, await StateAsync(), durable: 14));
        await world.DeliverAsync(10, 24);

        Assert.Empty(world.Audit(first: 15, last: 24));
        Assert.Equal(2, world.Row.Epoch);
    }

    [Fact]
    public async Task Old_numbers_that_retention_removed_uncommitted_are_not_taken_for_new_events()
    {
        world.Hub.Append(10);
        await world.DeliverAsync(0, 4);
        var remembered = world.Hub.Batch(DeliveryWorld.Partition, 5, 9);
        world.Hub.Append(10);
        world.Hub.TrimTo(10);
        await world.DeliverAsync(10, 10);

        // Durable is 10, but the events 5 to 9, which are on record as absent, come from the memory of another host.
        var receipt = await world.Process.DeliverAsync(remembered, world.StageAsync, default);

        Assert.Equal(5, receipt.AlreadyDurable);
    }

    [Fact]
    public async Task What_an_operator_skipped_is_fetched_by_the_sweeper_in_small_batches_once()
    {
        world.Options.SkippedBatchSize = 4;
        world.Hub.Append(30);
        await world.DeliverAsync(0, 9);
        var last = world.Hub.Batch(DeliveryWorld.Partition, 19, 19).Events.Span[0];
        world.Progress.Replace(DeliveryWorld.Partition, ProgressCommands.Skip(world.Row, 19, last.EnqueuedUnixMs));
        await world.DeliverAsync(10, 29);
        Assert.DoesNotContain(world.Segments.Visible.Values.SelectMany(r => r), r => r.Sequence is >= 10 and < 20);

        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);

        Assert.Empty(world.Row.Skipped);
        Assert.Empty(world.Audit(last: 29));
        Assert.Equal(30, world.Row.Totals.Written);
    }

    [Fact]
    public async Task A_gap_of_large_events_is_read_in_pieces_that_the_byte_limit_allows()
    {
        world.Options.RepairBatchBytes = 1 << 20;
        world.Hub.Append(20, _ => new byte[400_000]);
        await world.DeliverAsync(0, 0);

        await world.DeliverAsync(19, 19);

        Assert.Empty(world.Audit(last: 19));
        Assert.Equal(9, world.Hub.Reads);
    }

    [Fact]
    public async Task A_standing_tells_how_far_the_partition_is_behind_even_before_the_first_row()
    {
        world.Hub.Append(10);
        Assert.Equal(10, (await world.Process.StandingAsync(DeliveryWorld.Partition, default)).LagEvents);

        await world.DeliverAsync(0, 5);
        var standing = await world.Process.StandingAsync(DeliveryWorld.Partition, default);

        Assert.Equal((4, TimeSpan.FromSeconds(40)), (standing.LagEvents, standing.LagTime));
    }

    [Fact]
    public async Task The_sweeper_raises_an_alarm_when_the_last_commit_is_not_at_rest_exactly_once()
    {
        var log = new RecordingLogger<PartitionDelivery>();
        world.Log = log;
        world.Restart();
        world.Hub.Append(10);
        await world.DeliverAsync(0, 9);
        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        Assert.DoesNotContain(log.Lines, line => line.Level == LogLevel.Critical);

        world.Hub.Append(10);
        await world.DeliverAsync(10, 19);
        world.Segments.Compact(world.Row.Pending[0]);
        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);

        Assert.Contains(log.Lines, line => line.Level == LogLevel.Critical && line.Text.Contains("is not at rest exactly once", StringComparison.Ordinal));
    }

    private async Task CommitWithoutPublishingAsync(long first, long last)
    {
        world.Faults.Arm("publish", FaultKind.Die);
        await Assert.ThrowsAsync<ProcessDiedException>(() => world.DeliverAsync(first, last));
        world.Faults.Disarm();
        world.Restart();
    }

    private Task<HubState> StateAsync() => world.Hub.GetStateAsync(DeliveryWorld.Partition, default);
}
