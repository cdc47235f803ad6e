using System.Globalization;
using Spectre.Console;

namespace Ingest.Cli.Audit;

/// <summary>The audit's answer for people.</summary>
public static class AuditView
{
    public static void Write(IAnsiConsole console, AuditReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        if (report.Partitions.Count == 0)
        {
            console.MarkupLine("[yellow]There is nothing to audit: no progress row and no segment.[/]");
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumn("hub/partition");
        foreach (var name in (string[])["events", "written", "quarantined", "missing", "duplicates", "out of order", "pending", "gaps", "behind"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var p in report.Partitions)
        {
            AddRow(table, p.Epoch == 1 ? $"{p.Hub}/{p.Partition}" : $"{p.Hub}/{p.Partition} (epoch {p.Epoch})", p);
        }

        if (report.Partitions.Count > 1)
        {
            table.AddEmptyRow();
            AddRow(table, "total", report.Total);
        }

        console.Write(table);
        foreach (var p in report.Partitions.Where(p => p.MissingRanges is not null))
        {
            console.MarkupLineInterpolated($"[red]{p.Hub}/{p.Partition}: missing sequence numbers {p.MissingRanges}[/]");
        }

        foreach (var sentence in Sentences(report))
        {
            console.MarkupLine(sentence);
        }
    }

    private static IEnumerable<string> Sentences(AuditReport report)
    {
        var total = report.Total;
        if (total.Uncommitted > 0)
        {
            yield return $"[red]{Number(total.Uncommitted)} visible segments belong to no commit: a progress row was lost or rolled back.[/]";
        }

        if (report.PendingIsStuck)
        {
            yield return $"[red]{Number(total.Pending)} committed segments have not been published for ten minutes: is the sweeper running?[/]";
        }

        if (total.Absent > 0)
        {
            yield return $"[yellow]{Number(total.Absent)} events were gone from the hub before they could be read; the ranges are on record in quarantine.[/]";
        }

        if (total.Behind > 0 && total.Missing == 0)
        {
            yield return $"[yellow]{Number(total.Behind.Value)} events in the hub are not committed yet.[/]";
        }

        foreach (var (stream, count) in report.DuplicateIds ?? new Dictionary<string, long>())
        {
            yield return count == 0
                ? $"{Markup.Escape(stream)}: no two records share an id."
                : $"[yellow]{Markup.Escape(stream)}: {Number(count)} records repeat the id of another one; a producer's own retries are events of their own.[/]";
        }

        var (judged, unjudged) = (Names(report, judged: true), Names(report, judged: false));
        if (judged.Length > 0)
        {
            yield return $"[grey]What the hub holds beyond the last commits was judged for {judged}.[/]";
        }

        if (unjudged.Length > 0)
        {
            yield return $"[yellow]What the hub holds beyond the last commits was not judged for {unjudged}: no Event Hubs connection is given, neither TelemetryHub nor DeviceHub names it, or IngestDevices is switched off. --hub NAME asks a hub by name.[/]";
        }

        yield return !report.IsClean ? "[red]No: not every event is at rest exactly once.[/]"
            : report.IsEndUnknown ? $"[red]Every one of {Number(total.Received)} committed events is at rest exactly once; whether the hubs hold more is not known.[/]"
            : unjudged.Length > 0 ? $"[green]Every one of {Number(total.Received)} committed events is at rest exactly once.[/]"
            : $"[green]Every one of {Number(total.Received)} events is at rest exactly once.[/]";
    }

    private static string Names(AuditReport report, bool judged) =>
        string.Join(", ", report.Tails.Where(tail => tail.Judged == judged).Select(tail => Markup.Escape(tail.Hub)));

    private static void AddRow(Table table, string name, AuditCounts counts) => table.AddRow(
        Markup.Escape(name), Number(counts.Received), Number(counts.Written), Number(counts.Quarantined), Bad(counts.Missing), Bad(counts.Duplicates),
        Bad(counts.OutOfOrder), Wait(counts.Pending), Wait(counts.Gaps), counts.Behind is { } behind ? Wait(behind) : "[grey]?[/]");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bad(long value) => value == 0 ? "0" : $"[red]{Number(value)}[/]";

    private static string Wait(long value) => value == 0 ? "0" : $"[yellow]{Number(value)}[/]";
}
