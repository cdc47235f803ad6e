using System.Globalization;
using Spectre.Console;

namespace Ingest.Cli.Plan;

/// <summary>A plan for people, within 80 columns.</summary>
public static class PlanView
{
    public static void Write(IAnsiConsole console, Workload whole, int namespaces, IngestPlan plan, MonthlyCost cost, Assumptions assumptions)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(cost);
        ArgumentNullException.ThrowIfNull(assumptions);
        Headline(console, whole, namespaces);
        Decisions(console, plan, namespaces, assumptions);
        Costs(console, cost, namespaces);
        console.WriteLine();
        console.MarkupLine("[bold]A simulated day[/]: quiet night, ramp, a peak of half an hour at noon,");
        console.MarkupLine("storage down from 16:00 to 16:30.");
        console.WriteLine();
        foreach (var line in DayChart.Draw(plan.Day, plan.Load.TargetLag.TotalSeconds))
        {
            console.MarkupLine(line);
        }

        console.WriteLine();
        Verdict(console, plan);
        Quota(console, plan, namespaces, assumptions);
        Cheaper(console, plan, assumptions);
        console.MarkupLine($"[grey]Prices and limits of {assumptions.Date}; * unverified. --assumptions FILE replaces them.[/]");
        console.MarkupLine("[grey]The cost of a record is measured, the Functions host's share of it assumed.[/]");
    }

    public static void Applied(IAnsiConsole console, IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(console);
        console.MarkupLineInterpolated($"[green]Rewrote {string.Join(" and ", files)}[/]; azd up deploys them.");
    }

    private static void Headline(IAnsiConsole console, Workload load, int namespaces)
    {
        var packed = load.RecordsPerEvent == 1 ? "each sent by itself" : Text($"packed {load.RecordsPerEvent:N0} to an event");
        var compressed = load.CompressionRatio > 1 ? Text($"compressed {load.CompressionRatio:0.#} times") : "not compressed";
        console.MarkupLineInterpolated($"[bold]{load.EventsPerSecond.ToString("N0", CultureInfo.InvariantCulture)} events/s of {load.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes[/], {packed}, {compressed};");
        console.MarkupLine(Text($"peak {load.Peak:0.##} times the average; lag below {DayChart.Time(load.TargetLag.TotalSeconds)}."));
        if (namespaces > 1)
        {
            console.MarkupLine(Text($"Over [bold]{namespaces} equal deployments[/], an azd environment each; what follows is one of them."));
        }

        console.WriteLine();
    }

    private static void Decisions(IAnsiConsole console, IngestPlan plan, int namespaces, Assumptions a)
    {
        var (load, capacity, host) = (plan.Load, plan.Capacity, plan.Host);
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().NoWrap());
        grid.AddRow("namespace", capacity.Tier == "Premium"
            ? Text($"[bold]Premium[/], {Count(capacity.Units, "processing unit")}; {load.Megabytes:0.#} MB/s in, {load.PeakMegabytes:0.#} at the peak")
            : Text($"[bold]Standard[/], {Count(capacity.Units, "throughput unit")}, inflating to {capacity.MaximumUnits}; {load.Megabytes:0.##} MB/s in"));
        grid.AddRow("hub", Text($"{plan.Partitions} partitions of {load.Megabytes / plan.Partitions:0.##} MB/s; {load.HubEventsPerSecond:N0} events/s of {load.HubEventBytes:N0} bytes"));
        grid.AddRow("batches", Text($"{host.MaxEventBatchSize:N0} events at most, {host.MinEventBatchSize:N0} at least or {host.MaxWaitSeconds} s; {host.PrefetchCount:N0} prefetched"));
        grid.AddRow("threshold", Text($"{host.TargetUnprocessedEventThreshold:N0} events an instance; checkpoint debt {plan.Partitions * host.MaxEventBatchSize:N0}"));
        grid.AddRow("instances", Text($"{plan.InstanceMegabytes:N0} MB; {plan.AlwaysReady} always ready, {plan.Day.MostInstances} at most on this day, limit {plan.MaximumInstances}"));
        grid.AddRow("tables", plan.TableKeySpread == 0
            ? "none planned"
            : Text($"{{hash:…:{plan.TableKeySpread}}}; {load.PeakTableRowsPerSecond:N0} rows/s at the peak; an account takes {a.TableEntitiesPerAccount:N0}"));
        grid.AddRow("storage", Text($"{plan.StorageAccounts * namespaces} account{(plan.StorageAccounts * namespaces == 1 ? "" : "s")} for data, {namespaces} for the host{(namespaces == 1 ? "" : "s")}"));
        console.Write(grid);
        console.WriteLine();
    }

    private static void Costs(IAnsiConsole console, MonthlyCost cost, int namespaces)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("cost").AddColumn(new TableColumn("a month").RightAligned()).AddColumn(new TableColumn("USD").RightAligned());
        foreach (var item in cost.Items)
        {
            table.AddRow(item.Item + (item.Status == "unverified" ? " *" : ""), item.Amount, Text($"{item.Usd:N0}"));
        }

        table.AddRow("[bold]together[/]", "", Text($"[bold]{cost.Total:N0}[/]"));
        if (namespaces > 1)
        {
            table.AddRow(Text($"[bold]all {namespaces}[/]"), "", Text($"[bold]{cost.Total * namespaces:N0}[/]"));
        }

        console.Write(table);
    }

    private static void Verdict(IAnsiConsole console, IngestPlan plan)
    {
        var (day, target) = (plan.Day, plan.Load.TargetLag.TotalSeconds);
        console.MarkupLine(
            plan.MeetsTarget
                ? Text($"[green]Lag stays below {DayChart.Time(target)}[/]: {DayChart.Time(day.Lag99)} for 99 % of the day, {DayChart.Time(day.HighestLag)} at most.")
                : Text($"[red]Lag reaches {DayChart.Time(day.HighestLag)}[/], above the target of {DayChart.Time(target)} ({DayChart.Time(day.Lag99)} for 99 % of the day)."));
        console.MarkupLine(
            day.CatchUp is { } catchUp
                ? Text($"After the outage: lag {DayChart.Time(day.HighestLagInOutage)}, caught up in {DayChart.Time(catchUp.TotalSeconds)}.")
                : Text($"[red]After the outage: lag {DayChart.Time(day.HighestLagInOutage)}, not caught up by midnight.[/]"));
    }

    private static void Quota(IAnsiConsole console, IngestPlan plan, int namespaces, Assumptions a)
    {
        if ((double)namespaces * plan.Day.MostInstances * plan.InstanceMegabytes is var most && most > a.FlexRegionMegabytes)
        {
            console.MarkupLine(Text($"[yellow]All instances together may take {most:N0} MB[/]; a subscription has {a.FlexRegionMegabytes:N0}"));
            console.MarkupLine("for Flex in a region: ask for more, or spread over regions.");
        }
    }

    private static void Cheaper(IAnsiConsole console, IngestPlan plan, Assumptions a)
    {
        if (Packing.Cheaper(plan.Load, a) is { } packed)
        {
            var tier = packed.Capacity.Tier == "Premium" ? Count(packed.Capacity.Units, "processing unit") : Count(packed.Capacity.MaximumUnits, "throughput unit");
            console.MarkupLine(Text($"[green]Packed {packed.RecordsPerEvent} to an event[/] and compressed {packed.CompressionRatio:0.##} times, {packed.Capacity.Tier} with"));
            console.MarkupLine(Text($"{tier} would do: {packed.Capacity.MonthlyCost:N0} USD a month, not {plan.Capacity.MonthlyCost:N0}."));
        }
    }

    private static string Count(int number, string what) => Text($"{number} {what}{(number == 1 ? "" : "s")}");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
