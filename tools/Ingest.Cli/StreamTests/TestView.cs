using System.Globalization;
using Spectre.Console;

namespace Ingest.Cli.StreamTests;

/// <summary>The tests' result for people: each failure as a diff, then one line.</summary>
public static class TestView
{
    public static void Write(IAnsiConsole console, TestReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        foreach (var failure in report.Failures)
        {
            console.MarkupLineInterpolated($"[red]FAIL[/] {failure.File}({failure.Line}): [bold]{failure.Name}[/]");
            foreach (var difference in failure.Differences)
            {
                if (difference.Expected is { } expected)
                {
                    console.MarkupLineInterpolated($"  [green]- {difference.Where}: {expected}[/]");
                }

                if (difference.Found is { } found)
                {
                    console.MarkupLineInterpolated($"  [red]+ {difference.Where}: {found}[/]");
                }
            }

            console.WriteLine();
        }

        if (report.Failed > 0)
        {
            console.MarkupLine("[grey]- expected   + found[/]");
        }

        var files = report.Files == 1 ? "1 file" : $"{report.Files} files";
        var speed = string.Create(CultureInfo.InvariantCulture, $"{report.Cases:N0} {(report.Cases == 1 ? "case" : "cases")} in {files}, {report.Seconds:N2} s");
        console.MarkupLineInterpolated(
            report.Failed == 0
                ? (FormattableString)$"[green]All tests passed[/]: {speed}."
                : $"[red]{report.Failed} of {report.Cases} tests failed[/]: {speed}.");
    }
}
