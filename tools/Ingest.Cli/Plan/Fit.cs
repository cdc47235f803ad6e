namespace Ingest.Cli.Plan;

/// <summary>Whether one deployment (a namespace, an app, a data account) can take a load, and which limits say no.</summary>
public static class Fit
{
    private const int MostNamespaces = 1000;

    /// <returns>Empty: it fits. Otherwise the ends of sentences.</returns>
    public static IReadOnlyList<string> Limits(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(a);
        var limits = new List<string>();
        if (load.HubEventBytes > Workload.MaxEventBytes)
        {
            limits.Add(FormattableString.Invariant($"an event of the hub may have {Workload.MaxEventBytes:N0} bytes; these have {load.HubEventBytes:N0}"));
            return limits;
        }

        if (Capacity.Choose(load, a) is null)
        {
            limits.AddRange(Capacity.Limits(load, a));
        }

        if (load.PeakTableRowsPerSecond > a.TableEntitiesPerAccount)
        {
            limits.Add(FormattableString.Invariant(
                $"the data account takes {a.TableEntitiesPerAccount:N0} table rows/s; the peak is {load.PeakTableRowsPerSecond:N0} (--table-rows {load.TableRows})"));
        }

        if (limits.Count == 0 && Planner.Size(load, a) is null)
        {
            limits.Add("no number of partitions lets instances of 4,096 MB work off the peak within the memory they have");
        }

        return limits;
    }

    /// <summary>The smallest number of equal deployments that fits; null: none does.</summary>
    public static int? Namespaces(Workload load, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (load.HubEventBytes > Workload.MaxEventBytes)
        {
            return null;
        }

        // More namespaces never fit worse.
        var (low, high) = (1, MostNamespaces);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Limits(load.Share(middle), a).Count == 0 ? (low, middle) : (middle + 1, high);
        }

        return Limits(load.Share(low), a).Count == 0 ? low : null;
    }
}
