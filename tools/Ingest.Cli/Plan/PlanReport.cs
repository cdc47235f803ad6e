namespace Ingest.Cli.Plan;

/// <summary>The result of <c>ingest plan --json</c>. Rates are per second, sizes bytes, lags seconds, costs USD a month.</summary>
/// <param name="Fits">Whether one deployment, or as many as were allowed, can take the load; else only <c>limits</c>, <c>packing</c> and <c>namespaces</c> say something.</param>
/// <param name="Namespaces">Of the plan; where it does not fit, the number that would.</param>
/// <param name="Cheaper">A packing that would halve what the namespace costs, or less; null: there is none.</param>
public sealed record PlanReport(
    bool Fits, IReadOnlyList<string> Limits, int? Namespaces, PackingAdvice? Packing, PlanNumbers? Plan, CostReport? Cost, SimulationReport? Simulation,
    CheaperPacking? Cheaper = null)
{
    public static PlanReport Of(IngestPlan plan, int namespaces, MonthlyCost cost, Assumptions assumptions)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(cost);
        ArgumentNullException.ThrowIfNull(assumptions);
        var day = plan.Day;
        return new PlanReport(
            true, [], namespaces, null,
            new PlanNumbers(
                plan.Capacity.Tier, plan.Capacity.Units, plan.Capacity.MaximumUnits, plan.Partitions, plan.Host.MaxEventBatchSize, plan.Host.MinEventBatchSize,
                plan.Host.MaxWaitSeconds, plan.Host.PrefetchCount, plan.Host.TargetUnprocessedEventThreshold, plan.InstanceMegabytes, plan.MaximumInstances,
                plan.AlwaysReady, plan.TableKeySpread, plan.StorageAccounts),
            new CostReport(cost.Total, cost.Total * namespaces, assumptions.Date, cost.Items),
            new SimulationReport(plan.MeetsTarget, day.HighestLag, day.Lag99, day.HighestLagInOutage, day.CatchUp?.TotalSeconds, day.MostInstances),
            global::Ingest.Cli.Plan.Packing.Cheaper(plan.Load, assumptions));
    }
}

/// <summary>Of one deployment.</summary>
public sealed record PlanNumbers(
    string Tier, int Units, int MaximumUnits, int Partitions, int MaxEventBatchSize, int MinEventBatchSize, int MaxWaitSeconds, int PrefetchCount,
    int TargetUnprocessedEventThreshold, int InstanceMemoryMB, int MaximumInstanceCount, int AlwaysReady, int TableKeySpread, int StorageAccounts);

/// <param name="Total">Of one deployment.</param>
/// <param name="TotalOfAll">Of all namespaces.</param>
/// <param name="PricesOf">Date of the prices.</param>
public sealed record CostReport(double Total, double TotalOfAll, string PricesOf, IReadOnlyList<CostItem> Items);

/// <param name="CatchUpSeconds">Null: not within the day.</param>
public sealed record SimulationReport(bool MeetsTarget, double HighestLag, double Lag99, double HighestLagInOutage, double? CatchUpSeconds, int MostInstances);
