using System.Globalization;
using Ingest.Testing.Delivery;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>
/// The production loop under seeded interleavings. <c>INGEST_DELIVERY_RUNS</c> sets how many, for a long run by hand; a seed
/// that fails is reproduced by <c>INGEST_DELIVERY_SEED</c>.
/// </summary>
public class InterleavingTests
{
    private static readonly int Runs = Setting("INGEST_DELIVERY_RUNS", 1500);
    private static readonly int FirstSeed = Setting("INGEST_DELIVERY_SEED", 0);

    /// <summary>The names of the 25 mutations of the protocol's first model.</summary>
    private static readonly string[] OfTheFirstModel =
    [
        "visible", "nocas", "publishfirst", "nopending", "samename", "tablesafter", "nodrop", "keepcache", "norepair", "emptyislost", "firstbatch",
        "notail", "nocreated", "anychange", "stalebatch", "repairnocheck", "forgetold", "noexpiry", "wholerange", "earlycompact", "nolook", "lookafter",
        "nocap", "latestblind", "latestnoetag",
    ];

    [Fact]
    public void No_interleaving_of_writers_crashes_and_late_requests_loses_or_doubles_an_event()
    {
        var (failures, held) = (0, 0);
        Parallel.For(FirstSeed, FirstSeed + Runs, seed =>
        {
            var world = Run(seed, new HostileRules());
            Assert.True(world.Violations.Count == 0, $"seed {seed}: {string.Join("; ", world.Violations)}");
            Interlocked.Add(ref failures, world.Failures);
            Interlocked.Add(ref held, world.Held ? 1 : 0);
        });

        // A world that is not hostile proves nothing.
        Assert.True(failures > Runs, $"{failures} failures in {Runs} runs");
        Assert.True(Runs < 1000 || held is > 0 && held < Runs / 4, $"{held} of {Runs} runs were held");
    }

    [Fact]
    public void Every_mistake_of_the_first_model_is_on_the_list()
    {
        var listed = Mistakes.All.Keys.Where(name => name.Contains(':', StringComparison.Ordinal)).Select(name => name[..name.IndexOf(':', StringComparison.Ordinal)]);

        Assert.Equal(25, OfTheFirstModel.Length);
        Assert.Equal(OfTheFirstModel, listed);
    }

    public static TheoryData<string> AllMistakes() => [.. Mistakes.All.Keys];

    [Theory]
    [MemberData(nameof(AllMistakes))]
    public void Every_deliberate_mistake_is_caught(string mistake)
    {
        var caught = Enumerable.Range(0, Math.Max(Runs, 20_000)).Any(seed => Run(seed, Mistakes.All[mistake]).Violations.Count > 0);

        Assert.True(caught, $"No seed caught a protocol that {mistake}.");
    }

    private static HostileWorld Run(int seed, HostileRules rules)
    {
        var world = new HostileWorld(seed, rules);
        world.Run();
        return world;
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
