using System.Globalization;
using Ingest.Pipeline.Events;
using Spectre.Console;

namespace Ingest.Cli.Check;

/// <summary>What <c>ingest check</c> found, for people.</summary>
public static class CheckView
{
    public static void Streams(IAnsiConsole console, string file, StreamsReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        var table = new Table().Border(TableBorder.Rounded).AddColumn("stream").AddColumn("column").AddColumn("type").AddColumn("");
        foreach (var stream in report.Streams)
        {
            if (table.Rows.Count > 0)
            {
                table.AddEmptyRow();
            }

            var name = $"[bold]{Markup.Escape(stream.Name)}[/]";
            foreach (var column in stream.Columns)
            {
                table.AddRow(name, Markup.Escape(column.Name), Markup.Escape(column.Type), Markup.Escape(string.Join(", ", Remarks(stream, column))));
                name = "";
            }
        }

        console.Write(table);
        console.MarkupLineInterpolated($"[green]{file} is fine[/]: {Count(report.Streams.Count, "stream")}, {Count(report.Streams.Sum(s => s.Columns.Count), "column")}.");
    }

    public static void Mistakes(IAnsiConsole console, IReadOnlyList<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(errors);
        foreach (var error in errors)
        {
            console.MarkupLineInterpolated($"{error.File}({error.Line}): [grey]{error.Pointer}:[/] {error.Message}");
        }

        console.MarkupLineInterpolated($"[red]{Count(errors.Count, "mistake")}.[/]");
    }

    public static void Records(IAnsiConsole console, RecordsReport report, IReadOnlyCollection<string> unknown)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        if (unknown.Count > 0)
        {
            console.MarkupLineInterpolated(
                $"[grey]Left out: {string.Join(", ", unknown)}. Give the rows of lookups with --lookups FILE, enrichers written in C# with --enrichers ASSEMBLY.[/]");
        }

        var refused = report.Faults.Values.Sum();
        var codes = string.Join(", ", report.Faults.Select(f => $"{f.Value.ToString("N0", CultureInfo.InvariantCulture)} {f.Key}"));
        console.MarkupLineInterpolated(
            refused == 0
                ? (FormattableString)$"[green]{report.Stream} takes all of it[/]: {Count(report.Rows, "row")}."
                : $"[red]{report.Stream} refuses {Count(refused, "record")}[/] ({codes}) of {Count(report.Records, "record")}; {Count(report.Rows, "row")}.");
    }

    public static void Comparison(IAnsiConsole console, string old, ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        foreach (var change in report.Changes)
        {
            var colour = change.Impact switch { "breaking" => "red", "caution" => "yellow", _ => "green" };
            var at = change.Column is null ? change.Stream : $"{change.Stream}, {change.Column}";
            console.MarkupLine($"[{colour}]{change.Impact,-10}[/] {Markup.Escape(at)}: {Markup.Escape(change.Message)}");
        }

        console.MarkupLine(
            report.Changes.Count == 0 ? $"[green]Nothing changed[/] against {Markup.Escape(old)}."
            : report.Compatible ? $"[green]Compatible[/] with {Markup.Escape(old)}: what was written and what will be can be read together, by column name."
            : "[red]Breaking[/]: give each stream that breaks a new name, or take the change back.");
    }

    private static IEnumerable<string> Remarks(StreamSummary stream, ColumnSummary column)
    {
        if (column.Name == stream.Id)
        {
            yield return "id";
        }

        if (column.Name == stream.Key)
        {
            yield return "key";
        }

        if (column.Name == stream.Time)
        {
            yield return "event time";
        }

        if (column.Required)
        {
            yield return "required";
        }

        if (column.Enriched)
        {
            yield return "from a lookup";
        }
    }

    private static string Count(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");
}
