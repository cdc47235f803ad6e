namespace Ingest.Cli.Plan.Simulation;

/// <summary>Target-based scaling of an Event Hubs trigger, as the platform computes it.</summary>
public static class ScaleController
{
    /// <param name="unprocessed">Events beyond the checkpoints, of all partitions.</param>
    /// <param name="threshold"><c>targetUnprocessedEventThreshold</c> of host.json.</param>
    /// <returns>0, or the smallest ⌈partitions / k⌉ that is no less than ⌈unprocessed / threshold⌉; at most the partitions.</returns>
    public static int Target(double unprocessed, int threshold, int partitions)
    {
        var wanted = Math.Ceiling(unprocessed / threshold);
        return wanted <= 0 ? 0 : wanted >= partitions ? partitions : Steps(partitions).First(step => step >= wanted);
    }

    /// <summary>The numbers of instances it can ask for, ascending: more would leave some with a partition less and none with less work.</summary>
    public static IEnumerable<int> Steps(int partitions) =>
        Enumerable.Range(1, partitions).Select(k => (partitions + k - 1) / k).Distinct().Order();
}
