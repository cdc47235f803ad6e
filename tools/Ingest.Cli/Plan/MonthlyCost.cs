namespace Ingest.Cli.Plan;

/// <summary>One line of the estimate.</summary>
/// <param name="Amount">What the price is multiplied with, for people.</param>
/// <param name="Usd">A month.</param>
/// <param name="Status">How sure the price is.</param>
public sealed record CostItem(string Item, string Amount, double Usd, string Status);

/// <summary>A month of 730 hours, every day of it like the simulated one without its outage.</summary>
public sealed record MonthlyCost(IReadOnlyList<CostItem> Items)
{
    private const double Seconds = Capacity.HoursPerMonth * 3600;
    private const double BlobRequestsPerBatch = 2;
    private const double TableRequestsPerBatch = 2;
    private const int RowsPerTransaction = 100;

    public double Total => Items.Sum(i => i.Usd);

    public static MonthlyCost Of(IngestPlan plan, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(a);
        var days = Capacity.HoursPerMonth / 24;
        var ready = plan.AlwaysReady * Seconds * plan.InstanceGigabytes;
        var onDemand = plan.UsualDay.OnDemandInstanceSeconds * days * plan.InstanceGigabytes;
        var batches = Math.Max(plan.Load.HubEventsPerSecond / plan.Host.MinEventBatchSize, (double)plan.Partitions / plan.Host.MaxWaitSeconds) * Seconds;
        var stored = plan.Load.EventsPerSecond * plan.Load.Bytes * a.ParquetShare * Seconds / 1e9;
        var transactions = plan.Load.TableRowsPerSecond / RowsPerTransaction * Seconds;
        var instanceMinutes = ((plan.AlwaysReady * Seconds) + (plan.UsualDay.OnDemandInstanceSeconds * days)) / 60;
        var logged = ((instanceMinutes * a.LogBytesPerInstanceMinute) + (plan.Load.HubEventsPerSecond * Seconds / 1000 * a.LogBytesPerThousandEvents)) / 1e9;
        return new MonthlyCost(
        [
            new("Event Hubs " + plan.Capacity.Tier, Text($"{plan.Capacity.MaximumUnits} units"), plan.Capacity.MonthlyCost, "unverified"),
            new("Flex, always ready", Text($"{ready:N0} GB-s"), ready * (a.FlexAlwaysReadyIdlePerGbSecond + a.FlexAlwaysReadyBusyPerGbSecond), Status(a, "flexAlwaysReadyBusyPerGbSecond")),
            new("Flex, on demand", Text($"{onDemand:N0} GB-s"), Math.Max(0, onDemand - a.FlexFreeGbSeconds) * a.FlexOnDemandPerGbSecond, Status(a, "flexOnDemandPerGbSecond")),
            new("Flex, executions", Text($"{batches / 1e6:N1} million"), Math.Max(0, batches - a.FlexFreeExecutions) / 1e6 * a.FlexPerMillionExecutions, Status(a, "flexPerMillionExecutions")),
            new("Lake, writes", Text($"{batches * BlobRequestsPerBatch / 1e6:N1} million"), batches * BlobRequestsPerBatch / 10_000 * a.BlobWritesPer10Thousand, Status(a, "blobWritesPer10Thousand")),
            new("Lake, a month's data", Text($"{stored:N0} GB"), stored * a.BlobGbMonth, Status(a, "blobGbMonth")),
            new("Tables", Text($"{((batches * TableRequestsPerBatch) + transactions) / 1e6:N1} million"), ((batches * TableRequestsPerBatch) + transactions) / 10_000 * a.TablePer10Thousand, Status(a, "tablePer10Thousand")),
            new("Log Analytics", Text($"{logged:N1} GB"), logged * a.LogAnalyticsGb, Status(a, "logAnalyticsGb")),
        ]);
    }

    private static string Status(Assumptions a, string name) => a.Values[name].Status;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
