namespace Ingest.Cli.Plan.Simulation;

/// <summary>What happened, second by second.</summary>
/// <param name="Lag">Seconds from the arrival of the oldest event that is not durable.</param>
/// <param name="HubEventsPerSecond">Coming in.</param>
/// <param name="Instances">Running or starting.</param>
public sealed record SimulatedDay(IReadOnlyList<double> Lag, IReadOnlyList<double> HubEventsPerSecond, IReadOnlyList<int> Instances, int AlwaysReady)
{
    private readonly Lazy<int?> caughtUp = new(() => FirstBelow(Lag, DayOfLoad.OutageEnds, Lag[DayOfLoad.OutageBegins - 1] * 1.5));

    /// <summary>From the end of the outage until the lag is what it was; null: not within the day.</summary>
    public TimeSpan? CatchUp => caughtUp.Value is { } second ? TimeSpan.FromSeconds(second - DayOfLoad.OutageEnds) : null;

    public double HighestLagInOutage => Lag.Skip(DayOfLoad.OutageBegins).Take((caughtUp.Value ?? DayOfLoad.Seconds) - DayOfLoad.OutageBegins).Max();

    /// <summary>Without the outage and what it left behind.</summary>
    public double HighestLag => Usual().Max();

    /// <summary>That 99 of 100 seconds do not exceed, without the outage.</summary>
    public double Lag99
    {
        get
        {
            var sorted = Usual().Order().ToArray();
            return sorted[(int)(sorted.Length * 0.99)];
        }
    }

    public double OnDemandInstanceSeconds => Instances.Sum(count => (double)Math.Max(0, count - AlwaysReady));

    public int MostInstances => Instances.Max();

    private IEnumerable<double> Usual() => Lag.Take(DayOfLoad.OutageBegins).Concat(Lag.Skip(caughtUp.Value ?? DayOfLoad.Seconds));

    private static int? FirstBelow(IReadOnlyList<double> lag, int from, double level) =>
        Enumerable.Range(from, lag.Count - from).Cast<int?>().FirstOrDefault(second => lag[second!.Value] <= level);
}
