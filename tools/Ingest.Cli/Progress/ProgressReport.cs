using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Spectre.Console;

namespace Ingest.Cli.Progress;

/// <summary>A progress row as the command line shows it.</summary>
public sealed record RowReport(
    string Hub, int Partition, int Epoch, long Durable, int Pending, IReadOnlyList<string> Skipped, string? Hold,
    long Written, long Quarantined, long Filtered, long Absent, DateTimeOffset? WrittenAt)
{
    public static RowReport Of(PartitionId partition, PartitionProgress row, string? hold = null) => new(
        partition.Hub, partition.Number, row.Epoch, row.Durable, row.Pending.Length, [.. row.Skipped.Select(range => range.ToString())], hold,
        row.Totals.Written, row.Totals.Quarantined, row.Totals.Filtered, row.Totals.Absent, row.WrittenAt);
}

/// <summary>The answer of <c>ingest progress show</c>.</summary>
public sealed record RowsReport(IReadOnlyList<RowReport> Partitions);

/// <summary>The answer of a command that changes a row.</summary>
/// <param name="DryRun">Whether nothing was changed yet.</param>
/// <param name="Before">Null where there was no row.</param>
/// <param name="After">Null where the row is deleted.</param>
public sealed record ChangeReport(bool DryRun, RowReport? Before, RowReport? After);

/// <summary>The same for people.</summary>
public static class ProgressView
{
    public static void Write(IAnsiConsole console, RowsReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        if (report.Partitions.Count == 0)
        {
            console.MarkupLine("[yellow]There is no progress row.[/]");
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumn("hub/partition");
        foreach (var name in (string[])["epoch", "durable", "pending", "written", "quarantined", "absent"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("skipped").AddColumn("held by");
        foreach (var row in report.Partitions)
        {
            table.AddRow([.. Cells(row).Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    public static void Write(IAnsiConsole console, ChangeReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        console.MarkupLineInterpolated($"before: {Line(report.Before)}");
        console.MarkupLineInterpolated($"after:  {Line(report.After)}");
        console.MarkupLine(report.DryRun ? "[yellow]Nothing was changed. Add --yes to do it.[/]" : "[green]Done.[/]");
    }

    private static string Line(RowReport? row) => row is null
        ? "no row"
        : string.Create(CultureInfo.InvariantCulture, $"{row.Hub}/{row.Partition} epoch {row.Epoch}, durable {row.Durable}, skipped {(row.Skipped.Count == 0 ? "nothing" : string.Join(' ', row.Skipped))}");

    private static IEnumerable<string> Cells(RowReport row) =>
    [
        $"{row.Hub}/{row.Partition}", Number(row.Epoch), Number(row.Durable), Number(row.Pending), Number(row.Written), Number(row.Quarantined), Number(row.Absent),
        string.Join(' ', row.Skipped), row.Hold ?? "",
    ];

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
