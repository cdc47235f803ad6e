using Ingest.Cli.Plan.Simulation;

namespace Ingest.Cli.Plan;

/// <summary>Everything that one deployment's scale hangs on, decided together.</summary>
/// <param name="Load">Of this deployment: the whole, or its share.</param>
/// <param name="MaximumInstances">Of all functions of the app.</param>
/// <param name="TableKeySpread">N of <c>{hash:…:N}</c> in a table's partition key; 0: no rows are planned.</param>
/// <param name="StorageAccounts">For data; the host's is one more.</param>
/// <param name="Day">With an outage of storage.</param>
/// <param name="UsualDay">Without.</param>
public sealed record IngestPlan(
    Workload Load,
    Capacity Capacity,
    int Partitions,
    HostSettings Host,
    int InstanceMegabytes,
    int MaximumInstances,
    int AlwaysReady,
    int TableKeySpread,
    int StorageAccounts,
    SimulatedDay Day,
    SimulatedDay UsualDay)
{
    /// <summary>Whether the lag stays within the target, but for the outage.</summary>
    public bool MeetsTarget => Day.HighestLag <= Load.TargetLag.TotalSeconds;

    public double InstanceGigabytes => InstanceMegabytes / 1024.0;
}

/// <summary>What host.json says of the hub's trigger.</summary>
/// <param name="MaxWaitSeconds"><c>maxWaitTime</c>: the longer, the fewer and larger files.</param>
public sealed record HostSettings(int MaxEventBatchSize, int MinEventBatchSize, int PrefetchCount, int TargetUnprocessedEventThreshold, int MaxWaitSeconds)
{
    private const double PrefetchedBatches = 1.6;
    private const int WaitsPerTargetLag = 4;
    private const int LongestWait = 60;

    public static HostSettings Of(int batch, int threshold, TimeSpan targetLag) => new(
        batch, Math.Max(1, batch * 4 / 5), (int)Math.Ceiling(batch * PrefetchedBatches), threshold, Wait(targetLag));

    public static int Wait(TimeSpan targetLag) => Math.Clamp((int)targetLag.TotalSeconds / WaitsPerTargetLag, 1, LongestWait);
}
