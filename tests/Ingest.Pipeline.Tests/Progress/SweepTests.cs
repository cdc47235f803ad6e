using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Testing;
using Ingest.Testing.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>What the sweeper must not do.</summary>
public sealed class SweepTests
{
    private readonly DeliveryWorld world = new();

    [Fact]
    public async Task What_arrives_while_a_tail_is_fetched_is_left_to_the_trigger()
    {
        var time = new FakeTimeProvider();
        world.Time = time;
        world.Options.RepairBatchSize = 5;
        world.Restart();
        world.Hub.Append(30);
        await world.DeliverAsync(0, 9);
        await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        time.Advance(world.Options.TailRepairAfter);

        var stages = 0;
        await world.Process.SweepAsync(DeliveryWorld.Partition, StageWhileProducersGoOnAsync, default);

        Assert.Equal((29L, 4), (world.Row.Durable, stages));
        Assert.Empty(world.Audit(last: 29));

        Task<StagedRun> StageWhileProducersGoOnAsync(DeliveryRun run, CancellationToken cancellationToken)
        {
            world.Hub.Append(++stages < 100 ? 5 : throw new InvalidOperationException("The sweep does not end."));
            return world.StageAsync(run, cancellationToken);
        }
    }

    [Fact]
    public async Task A_commit_of_which_one_hour_was_made_good_is_at_rest()
    {
        var log = new RecordingLogger<PartitionDelivery>();
        world.Log = log;
        world.Restart();
        world.Hub.NextStepMs = () => 600_000;
        world.Hub.Append(10);
        world.Faults.Arm("publish", FaultKind.Die);
        await Assert.ThrowsAsync<ProcessDiedException>(() => world.DeliverAsync(0, 9));
        world.Faults.Disarm();
        var hours = world.Row.Pending.Select(path => SegmentName.TryParse(path)!.Hour).Distinct().Order().ToList();
        Assert.True(hours.Count > 1);
        foreach (var path in world.Row.Pending.Where(path => SegmentName.TryParse(path)!.Hour == hours[0]))
        {
            await world.Segments.PublishAsync(path, default);
        }

        world.Segments.ExpireStaged(path => SegmentName.TryParse(path)!.Hour > hours[0]);
        world.Restart();
        for (var sweep = 0; sweep < 4; sweep++)
        {
            await world.Process.SweepAsync(DeliveryWorld.Partition, world.StageAsync, default);
        }

        Assert.Empty(world.Row.Pending);
        Assert.Empty(world.Audit(last: 9));
        Assert.DoesNotContain(log.Lines, line => line.Level == LogLevel.Critical);
    }
}
