using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Testing.Delivery;
using Xunit.Abstractions;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>
/// The production loop under every interleaving with few interruptions of two and three writers over small batches: overlapping,
/// shorter, longer, with gaps, on a fresh partition and after a writer that died, decisions changing with each attempt; and with a
/// hub that is created again, or staged blocks that expire, between any two of their requests.
/// <c>INGEST_DELIVERY_PREEMPTIONS</c> adds interruptions.
/// </summary>
public class ExhaustiveTests(ITestOutputHelper output)
{
    private const int Events = 3;

    private static readonly int Wider =
        Environment.GetEnvironmentVariable("INGEST_DELIVERY_PREEMPTIONS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

    private static readonly EventRange[] Batches = BatchesOf(Events);

    [Fact]
    public void Every_interleaving_of_two_writers_with_two_interruptions_keeps_every_event_once() =>
        Report(Explore(new HostileRules(), writers: 2, preemptions: 2 + Wider, faults: 0), least: 5_000);

    [Fact]
    public void So_does_every_failure_lost_answer_late_request_and_death_at_every_write_of_two_writers_one_of_which_is_interrupted() =>
        Report(Explore(new HostileRules(), writers: 2, preemptions: 1 + Wider, faults: 1), least: 100_000);

    [Fact]
    public void And_every_interleaving_of_three_writers_with_one_interruption() =>
        Report(Explore(new HostileRules(), writers: 3, preemptions: 1 + Wider, faults: 0), least: 20_000);

    [Fact]
    public void A_hub_that_is_created_again_at_any_moment_keeps_every_event_of_the_new_one_once_and_none_of_the_old_one_in_its_epoch() =>
        Report(Explore(new HostileRules(), writers: 2, preemptions: 1 + Wider, faults: 0, Disturbance.RecreatedHub), least: 25_000);

    [Fact]
    public void Blocks_that_expire_at_any_moment_cost_no_event_and_double_none() =>
        Report(Explore(new HostileRules(), writers: 2, preemptions: 1 + Wider, faults: 0, Disturbance.ExpiredBlocks), least: 5_000);

    public static TheoryData<string> CaughtByOrderAlone() =>
    [
        "visible", "nocas", "publishfirst", "nopending", "samename", "nodrop", "keepcache", "norepair", "forgets what a commit staged", "makes one event too many durable",
    ];

    [Theory]
    [MemberData(nameof(CaughtByOrderAlone))]
    public void Mistakes_that_need_nothing_but_an_order_or_a_failure_are_caught(string mistake) => AssertCaught(mistake, preemptions: 1, faults: 1, Disturbance.None);

    public static TheoryData<string> CaughtByARecreatedHub() =>
    [
        "nocreated", "anychange", "stalebatch", "repairnocheck", "forgetold", "does not notice a recreated hub",
    ];

    [Theory]
    [MemberData(nameof(CaughtByARecreatedHub))]
    public void Mistakes_about_the_hubs_identity_are_caught_by_a_recreated_hub(string mistake) =>
        AssertCaught(mistake, preemptions: 1, faults: 0, Disturbance.RecreatedHub);

    public static TheoryData<string> CaughtByExpiry() => ["noexpiry", "wholerange", "finishes an expired range after its first part"];

    [Theory]
    [MemberData(nameof(CaughtByExpiry))]
    public void Mistakes_about_expired_segments_are_caught_by_expiry(string mistake) => AssertCaught(mistake, preemptions: 1, faults: 0, Disturbance.ExpiredBlocks);

    private static void AssertCaught(string mistake, int preemptions, int faults, Disturbance disturbance) =>
        Assert.NotNull(Explore(Mistakes.All.Single(m => m.Key.StartsWith(mistake, StringComparison.Ordinal)).Value, writers: 2, preemptions, faults, disturbance).Violation);

    private static (string? Violation, long Runs, long Choices) Explore(
        HostileRules rules, int writers, int preemptions, int faults, Disturbance disturbance = Disturbance.None)
    {
        var (violation, runs, choices) = (default(string), 0L, 0L);
        Parallel.ForEach(ShapesOf(writers, disturbance), (shape, state) =>
        {
            var tree = new ChoiceTree();
            do
            {
                var world = new ExploredWorld(
                    rules, new ExploredNetwork(tree, preemptions, faults) { HubMayChange = disturbance == Disturbance.RecreatedHub }, Events, disturbance);
                world.Run(shape.Batches, shape.DeadWriters);
                Interlocked.Increment(ref runs);
                if (world.Violations.Count > 0)
                {
                    violation = $"{shape}, choices {tree.Path}: {string.Join("; ", world.Violations)}";
                    state.Stop();
                }
            }
            while (!state.IsStopped && tree.Advance());

            Interlocked.Add(ref choices, tree.Made);
        });
        return (violation, runs, choices);
    }

    private void Report((string? Violation, long Runs, long Choices) explored, long least)
    {
        output.WriteLine($"{explored.Runs:N0} runs, {explored.Choices:N0} choices");
        Assert.Null(explored.Violation);
        Assert.True(explored.Runs >= least, $"Only {explored.Runs} runs: something is not explored.");
    }

    private static IEnumerable<Shape> ShapesOf(int writers, Disturbance disturbance)
    {
        EventRange? nobodys = null;
        return disturbance switch
        {
            Disturbance.RecreatedHub => from old in Combinations(writers - 1)
                                        from batch in BatchesOf(ExploredWorld.EventsAfterwards)
                                        from dead in new[] { nobodys, new EventRange(0, 0) }
                                        select new Shape([.. old, batch], dead),
            Disturbance.ExpiredBlocks => from batches in Combinations(writers)
                                         from dead in new[] { nobodys, new EventRange(0, 1), new EventRange(0, Events - 1) }
                                         select new Shape(batches, dead),
            _ => from batches in Combinations(writers)
                 from dead in new[] { nobodys, new EventRange(0, 0) }
                 select new Shape(batches, dead),
        };
    }

    private sealed record Shape(EventRange[] Batches, EventRange? DeadWriters)
    {
        public override string ToString() => string.Join(", ", Batches) + (DeadWriters is { } range ? $" after a writer that died with {range}" : "");
    }

    private static EventRange[] BatchesOf(int events) =>
        [.. Enumerable.Range(0, events).SelectMany(first => Enumerable.Range(first, events - first).Select(last => new EventRange(first, last)))];

    /// <summary>Writers are alike, so their order does not matter.</summary>
    private static IEnumerable<EventRange[]> Combinations(int writers, int from = 0) => writers == 0
        ? [[]]
        : Enumerable.Range(from, Batches.Length - from).SelectMany(i => Combinations(writers - 1, i).Select(rest => rest.Prepend(Batches[i]).ToArray()));
}
