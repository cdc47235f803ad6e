using Ingest.Cli.Doctor;
using Ingest.Cli.Plan.Simulation;

namespace Ingest.Cli.Plan;

/// <summary>Decides one deployment's numbers, and lets a simulated day judge them. Pure.</summary>
public static class Planner
{
    /// <summary>Below it, Flex Consumption's setting cannot go.</summary>
    public const int LeastMaximumInstances = 40;

    /// <summary>The sweep's timer and the group of all HTTP functions have instances of their own.</summary>
    public const int InstancesBesidePartitions = 2;

    /// <summary>Instances whose lag the threshold allows for: the rest of the target passes while new ones start.</summary>
    private const double ShareOfTargetLag = 0.6;
    private const double ThresholdOverDebt = 1.25;
    private const int MostRecordsPerBatch = 10_000;
    private const int LeastPartitions = 4;

    // More divisors, more steps that scaling can take.
    private static readonly int[] PartitionCounts = [4, 8, 12, 16, 24, 32, 48, 64, 80, 100];
    private static readonly int[] Batches = [5000, 2500, 2000, 1000, 500, 250, 100, 50, 20, 10];
    private static readonly (int Megabytes, double Cores)[] Sizes = [(512, 0.25), (2048, 1), (4096, 2)];

    // Runtime, host, buffers and lookups; measured for the app, assumed for the host.
    private const int MegabytesBesideBatches = 450;

    /// <summary>What a load that fits needs before the day is simulated.</summary>
    /// <param name="Average">Instances for the average rate.</param>
    public sealed record Sizing(Capacity Capacity, int Partitions, int Megabytes, ProcessingCost Cost, int Batch, int Threshold, int Average);

    /// <returns>Null: no number of partitions and size of instances will do.</returns>
    public static Sizing? Size(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(a);
        if (Capacity.Choose(load, a) is not { } capacity)
        {
            return null;
        }

        var byBytes = Math.Max(load.Megabytes / a.PartitionMegabytes, load.PeakMegabytes / a.PartitionMegabytesAtPeak);

        // On Standard their number is for ever, and costs nothing.
        var needed = Math.Max(LeastPartitions, Math.Min(capacity.MaximumPartitions, byBytes * (capacity.Tier == "Standard" ? 2 : 1)));
        var counts = PartitionCounts.Where(count => count >= needed && count <= capacity.MaximumPartitions).ToArray();

        // Where no batch is small enough for the target, the best that can be done is still a plan.
        return Of(keepsTarget: true) ?? Of(keepsTarget: false);

        Sizing? Of(bool keepsTarget) =>
            (from size in Sizes
             where size.Megabytes / 2 >= MegabytesBesideBatches
             from partitions in counts
             select Size(load, capacity, partitions, size.Megabytes, size.Cores, keepsTarget, a)).OfType<Sizing>().FirstOrDefault();
    }

    /// <summary>The plan; the load must fit (<see cref="Fit.Limits"/>).</summary>
    /// <param name="otherPartitions">Of the other hubs that the app reads.</param>
    public static IngestPlan Decide(Workload load, int otherPartitions, Assumptions a)
    {
        var size = Size(load, a) ?? throw new ArgumentException("The load does not fit.", nameof(load));
        var (app, day) = Simulate(load, size, a);
        return new IngestPlan(
            load, size.Capacity, size.Partitions, HostSettings.Of(size.Batch, app.Threshold, load.TargetLag), size.Megabytes,
            Math.Max(LeastMaximumInstances, size.Partitions + otherPartitions + InstancesBesidePartitions),
            app.AlwaysReady, KeySpread(load, a), 1, day, new DaySimulation(app, a).Run(hasOutage: false));
    }

    private static Sizing? Size(Workload load, Capacity capacity, int partitions, int megabytes, double cores, bool keepsTarget, Assumptions a)
    {
        var cost = ProcessingCost.Of(load, cores, a);
        var batches = Batches.Where(b => (long)b * load.RecordsPerEvent <= MostRecordsPerBatch || b == Batches[^1]);
        foreach (var batch in keepsTarget ? batches : batches.Reverse())
        {
            if (Instances(load.HubEventsPerSecond) is not { } average || Instances(load.PeakHubEventsPerSecond) is null)
            {
                continue;
            }

            var host = HostSettings.Of(batch, 1, load.TargetLag);
            var memory = new BatchMemory((partitions + average - 1) / average, load.RecordsPerEvent * load.Bytes, megabytes);
            var debt = (int)Math.Ceiling(ThresholdOverDebt * partitions * batch);
            var byLag = ShareOfTargetLag * load.TargetLag.TotalSeconds * cost.Rate(partitions, average, batch) / average;
            if (memory.NeededMegabytes(batch, host.PrefetchCount) > memory.AllowedMegabytes || (debt > byLag && keepsTarget))
            {
                continue;
            }

            return new Sizing(capacity, partitions, megabytes, cost, batch, Math.Max(debt, Round(byLag)), average);

            int? Instances(double rate) => ScaleController.Steps(partitions).Cast<int?>()
                .FirstOrDefault(n => cost.Rate(partitions, n!.Value, batch) * a.Utilization >= rate);
        }

        return null;
    }

    /// <summary>A lower threshold first, which costs nothing; then instances that are always ready.</summary>
    private static (SimulatedApp App, SimulatedDay Day) Simulate(Workload load, Sizing size, Assumptions a)
    {
        var debt = (int)Math.Ceiling(ThresholdOverDebt * size.Partitions * size.Batch);
        var thresholds = new[] { 1.0, 0.5, 0.25 }.Select(share => Math.Max(debt, Round(size.Threshold * share))).Distinct();
        (SimulatedApp App, SimulatedDay Day)? best = null;
        foreach (var ready in ScaleController.Steps(size.Partitions).Where(n => n >= size.Average))
        {
            foreach (var threshold in thresholds)
            {
                var app = new SimulatedApp(
                    load.HubEventsPerSecond, load.Peak, size.Partitions, size.Batch, threshold, ready, size.Cost, size.Capacity.Egress(load, a), HostSettings.Wait(load.TargetLag));
                var day = new DaySimulation(app, a).Run();
                if (best is null || day.HighestLag < best.Value.Day.HighestLag)
                {
                    best = (app, day);
                }

                if (day.HighestLag <= load.TargetLag.TotalSeconds)
                {
                    return (app, day);
                }
            }
        }

        return best!.Value;
    }

    // A power of two, as the partition keys of one hash.
    private static int KeySpread(Workload load, Assumptions a)
    {
        var needed = load.PeakTableRowsPerSecond / a.TableEntitiesPerPartitionKey;
        return needed <= 0 ? 0 : (int)Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(4, needed))));
    }

    // Two digits are as exact as the assumptions.
    private static int Round(double value)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(value)) - 1));
        return (int)Math.Max(1, Math.Floor(value / unit) * unit);
    }
}
