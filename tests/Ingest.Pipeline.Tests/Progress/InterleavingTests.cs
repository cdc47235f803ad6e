using Ingest.Pipeline.Progress;
using Ingest.Testing.Delivery;

namespace Ingest.Pipeline.Tests.Progress;

public class InterleavingTests
{
    private const int Runs = 3000;

    [Fact]
    public void No_interleaving_of_writers_crashes_and_late_requests_loses_or_doubles_an_event()
    {
        var (failures, held) = (0, 0);
        for (var seed = 0; seed < Runs; seed++)
        {
            var world = new HostileWorld(seed, new DeliveryDecisions());
            world.Run();
            Assert.True(world.Violations.Count == 0, $"seed {seed}: {string.Join("; ", world.Violations)}");
            failures += world.Failures;
            held += world.Held ? 1 : 0;
        }

        // A world that is not hostile proves nothing.
        Assert.True(failures > Runs, $"{failures} failures in {Runs} runs");
        Assert.InRange(held, 1, Runs / 4);
    }
}
