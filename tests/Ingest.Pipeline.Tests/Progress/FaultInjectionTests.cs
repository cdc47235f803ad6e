using Ingest.Testing.Delivery;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>At every step of the protocol the writer fails, is cancelled or dies; then the host redelivers, with other batch edges.</summary>
public class FaultInjectionTests
{
    private static readonly string[] Steps = ["read", "list", "hub", "insert", "stage", "commit", "publish"];

    public enum Redelivery
    {
        Same,
        Earlier,
        Later,
        Shorter,
        Longer,
    }

    public static TheoryData<string, int, FaultKind, Redelivery, bool> Cases()
    {
        var cases = new TheoryData<string, int, FaultKind, Redelivery, bool>();
        foreach (var step in Steps)
        {
            foreach (var nth in (int[])[1, 2, 3])
            {
                foreach (var kind in Enum.GetValues<FaultKind>())
                {
                    foreach (var redelivery in Enum.GetValues<Redelivery>())
                    {
                        cases.Add(step, nth, kind, redelivery, false);
                        cases.Add(step, nth, kind, redelivery, true);
                    }
                }
            }
        }

        return cases;
    }

    [Fact]
    public async Task After_a_failed_attempt_the_lake_is_listed_again_only_if_the_row_has_changed()
    {
        var world = new DeliveryWorld();
        world.Hub.Append(30);
        await world.DeliverAsync(0, 9);
        world.Faults.Arm("stage", FaultKind.Fail);
        await Assert.ThrowsAsync<IOException>(() => world.DeliverAsync(10, 19));
        world.Faults.Arm("list", FaultKind.Fail);
        await world.DeliverAsync(10, 19);
        Assert.False(world.Faults.Struck);

        world.Faults.Arm("commit", FaultKind.LoseResponse);
        await Assert.ThrowsAsync<TimeoutException>(() => world.DeliverAsync(20, 29));
        world.Faults.Arm("list", FaultKind.Fail);
        await Assert.ThrowsAsync<IOException>(() => world.DeliverAsync(20, 29));
        await world.DeliverAsync(20, 29);
        Assert.Empty(world.Audit(last: 29));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whatever_fails_and_however_it_is_redelivered_every_event_is_visible_exactly_once(
        string step, int nth, FaultKind kind, Redelivery redelivery, bool newProcess)
    {
        var world = new DeliveryWorld();
        world.Hub.Append(60);
        if (step != "insert" && !(step is "read" or "list" or "hub" && nth == 1))
        {
            await world.DeliverAsync(0, 9);
        }

        world.Faults.Arm(step, kind, nth);
        var failed = false;
        try
        {
            await world.DeliverAsync(10, 29);
        }
        catch (Exception)
        {
            failed = true;
        }

        Assert.Equal(world.Faults.Struck, failed);
        AssertNothingIsVisibleBeyondDurable(world);
        world.Faults.Disarm();
        if (newProcess || kind is FaultKind.Die or FaultKind.DieAfter)
        {
            world.Restart();
        }

        var (first, last) = redelivery switch
        {
            Redelivery.Same => (10L, 29L),
            Redelivery.Earlier => (5, 20),
            Redelivery.Later => (25, 40),
            Redelivery.Shorter => (10, 17),
            _ => (10, 45),
        };
        await world.DeliverAsync(first, last);
        AssertNothingIsVisibleBeyondDurable(world);
        await world.DeliverAsync(50, 59);

        Assert.Empty(world.Audit(last: 59));
    }

    [Fact]
    public async Task The_steps_under_test_are_all_struck_by_some_case()
    {
        // A step that no delivery ever reaches would make its cases pass for nothing.
        foreach (var step in Steps)
        {
            var world = new DeliveryWorld();
            world.Hub.Append(10);
            world.Faults.Arm(step, FaultKind.Fail);
            await Assert.ThrowsAnyAsync<IOException>(() => world.DeliverAsync(0, 9));
            Assert.True(world.Faults.Struck, step);
        }
    }

    private static void AssertNothingIsVisibleBeyondDurable(DeliveryWorld world)
    {
        Assert.Empty(world.Segments.Violations);
        var durable = world.Progress[DeliveryWorld.Partition]?.Durable ?? -1;
        Assert.DoesNotContain(world.Segments.Visible.Values.SelectMany(r => r), r => r.Sequence > durable);
    }
}
