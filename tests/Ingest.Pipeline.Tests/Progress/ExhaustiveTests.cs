using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Testing.Delivery;
using Xunit.Abstractions;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>
/// The production loop under every interleaving with few interruptions of two and three writers over small batches: overlapping,
/// shorter, longer, with gaps, on a fresh partition and after a writer that died, decisions changing with each attempt.
/// <c>INGEST_DELIVERY_PREEMPTIONS</c> adds interruptions.
/// </summary>
public class ExhaustiveTests(ITestOutputHelper output)
{
    private const int Events = 3;

    private static readonly int Wider =
        Environment.GetEnvironmentVariable("INGEST_DELIVERY_PREEMPTIONS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

    private static readonly EventRange[] Batches =
        [.. Enumerable.Range(0, Events).SelectMany(first => Enumerable.Range(first, Events - first).Select(last => new EventRange(first, last)))];

    [Fact]
    public void Every_interleaving_of_two_writers_with_two_interruptions_keeps_every_event_once() =>
        Report(Explore(new HostileRules(), writers: 2, preemptions: 2 + Wider, faults: 0), least: 5_000);

    [Fact]
    public void So_does_every_failure_lost_answer_late_request_and_death_at_every_write_of_two_writers_one_of_which_is_interrupted() =>
        Report(Explore(new HostileRules(), writers: 2, preemptions: 1 + Wider, faults: 1), least: 100_000);

    [Fact]
    public void And_every_interleaving_of_three_writers_with_one_interruption() =>
        Report(Explore(new HostileRules(), writers: 3, preemptions: 1 + Wider, faults: 0), least: 20_000);

    public static TheoryData<string> CaughtByOrderAlone() =>
    [
        "visible", "nocas", "publishfirst", "nopending", "samename", "nodrop", "keepcache", "norepair", "forgets what a commit staged", "makes one event too many durable",
    ];

    [Theory]
    [MemberData(nameof(CaughtByOrderAlone))]
    public void Mistakes_that_need_nothing_but_an_order_or_a_failure_are_caught(string mistake)
    {
        var rules = Mistakes.All.Single(m => m.Key.StartsWith(mistake, StringComparison.Ordinal)).Value;

        Assert.NotNull(Explore(rules, writers: 2, preemptions: 1, faults: 1).Violation);
    }

    private static (string? Violation, long Runs, long Choices) Explore(HostileRules rules, int writers, int preemptions, int faults)
    {
        var (violation, runs, choices) = (default(string), 0L, 0L);
        var shapes = Combinations(writers).SelectMany(batches => new[] { new Shape(batches, false), new Shape(batches, true) });
        Parallel.ForEach(shapes, (shape, state) =>
        {
            var tree = new ChoiceTree();
            do
            {
                var world = new ExploredWorld(rules, new ExploredNetwork(tree, preemptions, faults), Events);
                world.Run(shape.Batches, shape.HasDeadWriter);
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

    private sealed record Shape(EventRange[] Batches, bool HasDeadWriter)
    {
        public override string ToString() => string.Join(", ", Batches) + (HasDeadWriter ? " after a dead writer" : "");
    }

    /// <summary>Writers are alike, so their order does not matter.</summary>
    private static IEnumerable<EventRange[]> Combinations(int writers, int from = 0) => writers == 0
        ? [[]]
        : Enumerable.Range(from, Batches.Length - from).SelectMany(i => Combinations(writers - 1, i).Select(rest => rest.Prepend(Batches[i]).ToArray()));
}
