namespace Ingest.Cli.Chaos.Plan;

/// <summary>
/// What goes wrong and when: a function of seed, length and size, and of nothing else. How the processes take it depends on the
/// machine, so a seed repeats the blows and not every consequence.
/// </summary>
public sealed class ChaosPlan
{
    /// <summary>Seconds from one blow to the next, on average: denser than anything real, and still slow enough for the system to get somewhere in between.</summary>
    public const double DefaultGap = 1.8;

    /// <summary><c>functionTimeout</c> of the apps: long enough for any batch, and short enough to pass many times in a run.</summary>
    public static readonly TimeSpan LongestFunction = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LongestSilence = LongestFunction + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongOutage = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TimeoutEvery = TimeSpan.FromMinutes(2);
    private static readonly ChaosKind[] Kinds = [.. Enum.GetValues<ChaosKind>().Where(kind => kind != ChaosKind.FunctionTimeout)];

    private readonly Random random;
    private readonly TimeSpan length;
    private readonly int apps;
    private readonly int partitions;
    private readonly double gap;

    private ChaosPlan(int seed, TimeSpan length, int apps, int partitions, double gap)
    {
        // A seeded Random repeats itself on every version and machine.
        random = new Random(seed);
        (this.length, this.apps, this.partitions, this.gap) = (length, apps, partitions, gap);
    }

    /// <summary>The actions in the order of their times. None lasts beyond <paramref name="length"/>; one function timeout for every two minutes begun, one outage of a minute in a run of five minutes and more.</summary>
    /// <param name="length">How long faults go on.</param>
    /// <param name="gap">Seconds from one blow to the next, on average.</param>
    public static IReadOnlyList<ChaosAction> Create(int seed, TimeSpan length, int apps, int partitions, double gap = DefaultGap) =>
        new ChaosPlan(seed, length, apps, partitions, gap).Actions();

    private IReadOnlyList<ChaosAction> Actions()
    {
        var actions = new List<ChaosAction>();
        var bag = new Queue<ChaosKind>();
        for (var at = Calm; at < length - Calm; at += TimeSpan.FromSeconds(gap * (0.4 + (1.2 * random.NextDouble()))))
        {
            if (bag.Count == 0)
            {
                // Dealt like cards, so that every kind comes about equally often, in short runs too.
                var kinds = Kinds.ToArray();
                random.Shuffle(kinds);
                bag = new Queue<ChaosKind>(kinds);
            }

            actions.Add(Draw(at, bag.Dequeue()));
        }

        // Each stops everything for its whole length, so they are not dealt with the others.
        for (var from = Calm; from + LongestSilence <= length; from += TimeoutEvery)
        {
            var end = length < from + TimeoutEvery ? length : from + TimeoutEvery;
            actions.Add(Draw(from + ((end - LongestSilence - from) * random.NextDouble()), ChaosKind.FunctionTimeout));
        }

        if (length >= LongOutage * 5)
        {
            actions.Add(new ChaosAction(length * (0.3 + (0.3 * random.NextDouble())), ChaosKind.Outage, LongOutage, 2, 1));
        }

        return [.. actions.OrderBy(a => a.At)];
    }

    private ChaosAction Draw(TimeSpan at, ChaosKind kind) => kind switch
    {
        ChaosKind.KillApp or ChaosKind.TerminateApp => New(at, kind, 0.5, 4, random.Next(apps)),

        // Around the six seconds after which the local worker's ownership expires: some wake up as zombies, some just in time.
        ChaosKind.PauseApp => New(at, kind, 2, 14, random.Next(apps)),
        ChaosKind.StealPartition => New(at, kind, 0, 0, random.Next(partitions)),
        ChaosKind.DropConnections or ChaosKind.DetachReceivers => New(at, kind, 0, 0, 0),
        ChaosKind.DeliverTwice => New(at, kind, 0, 0, 0, random.Next(100, 20_000)),
        ChaosKind.RejectSends => New(at, kind, 0, 0, 0, random.Next(1, 20)),
        ChaosKind.RefuseAttaches => New(at, kind, 0, 0, 0, random.Next(1, 6)),
        ChaosKind.HubDown => New(at, kind, 1, 5, 0),
        ChaosKind.HubLatency => New(at, kind, 1, 4, 0, random.Next(10, 250)),
        ChaosKind.HubClock => New(at, kind, 2, 10, 0, random.Next(-600_000, 600_000)),
        ChaosKind.FunctionTimeout => New(at, kind, LongestFunction.TotalSeconds + 1, LongestSilence.TotalSeconds, 2, 1),
        ChaosKind.StorageDown or ChaosKind.Outage => New(at, kind, 1, 8, kind == ChaosKind.Outage ? 2 : random.Next(3), 1),
        ChaosKind.StorageSilent => New(at, kind, 1, 6, random.Next(3), random.Next(1, 8)),
        _ => New(at, kind, 1, 6, random.Next(3), random.Next(2, 8)),
    };

    private ChaosAction New(TimeSpan at, ChaosKind kind, double shortest, double longest, int target, int amount = 0)
    {
        var duration = TimeSpan.FromMilliseconds(Math.Round(1000 * (shortest + ((longest - shortest) * random.NextDouble()))));
        at = TimeSpan.FromMilliseconds(Math.Round(at.TotalMilliseconds));
        return new ChaosAction(at, kind, at + duration < length ? duration : length - at, target, amount);
    }
}
