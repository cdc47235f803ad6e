namespace Ingest.Cli.Plan;

/// <summary>How packing would help.</summary>
/// <param name="RecordsPerEvent">The fewest that bring it down to <paramref name="Namespaces"/>.</param>
/// <param name="CompressionRatio">The user's, or what our own telemetry reaches when that many are packed.</param>
/// <param name="Namespaces">The fewest that any packing reaches.</param>
public sealed record PackingAdvice(int RecordsPerEvent, double CompressionRatio, bool IsRatioGiven, int Namespaces);

/// <summary>A packing with which the namespace would cost far less.</summary>
/// <param name="CompressionRatio">As in <see cref="PackingAdvice"/>.</param>
public sealed record CheaperPacking(int RecordsPerEvent, double CompressionRatio, Capacity Capacity);

/// <summary>Looks for the smallest packing that fits.</summary>
public static class Packing
{
    /// <summary>gzip on the telemetry of the benchmarks, 301 bytes an event: records a pack → ratio. A test measures them again.</summary>
    public static IReadOnlyList<(int Records, double Ratio)> Measured { get; } =
        [(1, 1.3), (2, 1.9), (5, 2.7), (10, 3.3), (20, 3.8), (50, 4.2), (100, 4.4), (200, 4.6)];

    private const double DearEnough = 1.25;

    public static double RatioOf(int records) => Measured.Last(m => m.Records <= records).Ratio;

    /// <summary>Null: no packing needs fewer namespaces than the load as it is.</summary>
    public static PackingAdvice? Advise(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        var isGiven = load.CompressionRatio > 1;
        var now = Fit.Namespaces(load, a) ?? int.MaxValue;
        var candidates = Candidates(load, isGiven).Select(packed => (Load: packed, Namespaces: Fit.Namespaces(packed, a))).Where(c => c.Namespaces is not null).ToArray();
        if (candidates.Length == 0 || candidates.Min(c => c.Namespaces!.Value) is var fewest && fewest >= now)
        {
            return null;
        }

        var best = candidates.First(c => c.Namespaces == fewest).Load;
        return new PackingAdvice(best.RecordsPerEvent, best.CompressionRatio, isGiven, fewest);
    }

    /// <summary>Null: it is packed already, or packing would not halve what the namespace costs.</summary>
    public static CheaperPacking? Cheaper(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (load.RecordsPerEvent > 1 || Capacity.Choose(load, a) is not { } now)
        {
            return null;
        }

        var measured = Measured.Select(m => m.Records).Skip(1).ToHashSet();
        var candidates = Candidates(load, load.CompressionRatio > 1)
            .Where(packed => measured.Contains(packed.RecordsPerEvent) && Fit.Limits(packed, a).Count == 0)
            .Select(packed => new CheaperPacking(packed.RecordsPerEvent, packed.CompressionRatio, Capacity.Choose(packed, a)!)).ToArray();
        if (candidates.Length == 0 || candidates.Min(c => c.Capacity.MonthlyCost) is var least && least > now.MonthlyCost / 2)
        {
            return null;
        }

        // The last few dollars are not worth larger packs.
        return candidates.First(c => c.Capacity.MonthlyCost <= least * DearEnough);
    }

    private static IEnumerable<Workload> Candidates(Workload load, bool isGiven) => Enumerable.Range(2, Measured[^1].Records - 1)
        .Select(records => load with { RecordsPerEvent = records, CompressionRatio = isGiven ? load.CompressionRatio : RatioOf(records) })
        .Where(packed => packed.HubEventBytes <= Workload.MaxEventBytes);
}
