namespace Ingest.Cli.Plan;

/// <summary>What one namespace must be able to take in.</summary>
/// <param name="Tier"><c>Standard</c> or <c>Premium</c>.</param>
/// <param name="Units">Throughput or processing units to begin with.</param>
/// <param name="MaximumUnits">Auto-inflate ceiling on Standard; the same as <paramref name="Units"/> on Premium.</param>
/// <param name="MonthlyCost">USD, with Standard's charge per event; auto-inflate never goes back down, so its ceiling is what is paid.</param>
public sealed record Capacity(string Tier, int Units, int MaximumUnits, double MonthlyCost)
{
    public const double HoursPerMonth = 730;
    public const int MostStandardUnits = 40;
    private const double StandardHeadroom = 1.1;

    public static IReadOnlyList<int> ProcessingUnits { get; } = [1, 2, 4, 8, 16];

    public int MaximumPartitions => MaximumPartitionsOf(Tier);

    public static int MaximumPartitionsOf(string tier) => tier == "Premium" ? 100 : 32;

    /// <summary>The cheapest that fits; null: none does, and <see cref="Limits"/> says why.</summary>
    public static Capacity? Choose(Workload load, Assumptions assumptions) =>
        new[] { Standard(load, assumptions), Premium(load, assumptions) }.OfType<Capacity>().MinBy(c => c.MonthlyCost);

    /// <summary>Each tier's limit that the load exceeds, as a sentence's end.</summary>
    public static IReadOnlyList<string> Limits(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(a);
        var (byBytes, byEvents) = StandardUnits(load, a);
        var limits = new List<string>();
        if (Standard(load, a) is null)
        {
            limits.Add(
                byEvents >= byBytes
                    ? FormattableString.Invariant($"Standard ends at {MostStandardUnits} throughput units, {MostStandardUnits * a.StandardUnitEvents:N0} events/s; the peak is {load.PeakHubEventsPerSecond:N0}")
                    : FormattableString.Invariant($"Standard ends at {MostStandardUnits} throughput units, {MostStandardUnits * a.StandardUnitMegabytes:N0} MB/s; the peak is {load.PeakMegabytes:N0}"));
        }

        if (Premium(load, a) is null)
        {
            var most = ProcessingUnits[^1];
            limits.Add(
                load.Megabytes / a.PremiumUnitMegabytes > most
                    ? FormattableString.Invariant($"Premium ends at {most} processing units, {most * a.PremiumUnitMegabytes:N0} MB/s; the average is {load.Megabytes:N0}")
                    : FormattableString.Invariant($"Premium ends at {most} processing units, {most * a.PremiumUnitMegabytesAtPeak:N0} MB/s in a peak; the peak is {load.PeakMegabytes:N0}"));
        }

        return limits;
    }

    /// <summary>Events a second that readers may take out, all of them together.</summary>
    public double Egress(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(a);
        return Tier == "Premium"
            ? MaximumUnits * a.PremiumUnitMegabytesOut * 1e6 / load.HubEventBytes
            : MaximumUnits * Math.Min(a.StandardUnitMegabytesOut * 1e6 / load.HubEventBytes, a.StandardUnitEventsOut);
    }

    private static (double ByBytes, double ByEvents) StandardUnits(Workload load, Assumptions a) =>
        (load.PeakMegabytes / a.StandardUnitMegabytes, load.PeakHubEventsPerSecond / a.StandardUnitEvents);

    private static Capacity? Standard(Workload load, Assumptions a)
    {
        var (byBytes, byEvents) = StandardUnits(load, a);
        var peak = Math.Max(byBytes, byEvents);
        if (peak > MostStandardUnits || load.Megabytes / a.PartitionMegabytes > MaximumPartitionsOf("Standard"))
        {
            return null;
        }

        // Auto-inflate needs a moment, in which producers would be turned away.
        var ceiling = Math.Min(MostStandardUnits, (int)Math.Ceiling(peak * StandardHeadroom));
        var begin = Math.Min(ceiling, (int)Math.Ceiling(peak / load.Peak * StandardHeadroom));
        var charged = load.HubEventsPerSecond * Math.Max(1, Math.Ceiling(load.HubEventBytes / 65_536)) * HoursPerMonth * 3600 / 1e6;
        return new Capacity(
            "Standard", begin, ceiling,
            (ceiling * a.StandardUnitHour * HoursPerMonth) + (charged * a.StandardPerMillionEvents));
    }

    private static Capacity? Premium(Workload load, Assumptions a)
    {
        var needed = Math.Max(load.Megabytes / a.PremiumUnitMegabytes, load.PeakMegabytes / a.PremiumUnitMegabytesAtPeak);
        return ProcessingUnits.Cast<int?>().FirstOrDefault(units => units >= needed) is { } enough
            ? new Capacity("Premium", enough, enough, enough * a.PremiumUnitHour * HoursPerMonth)
            : null;
    }
}
