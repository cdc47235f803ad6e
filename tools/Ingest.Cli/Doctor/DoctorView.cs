using Spectre.Console;

namespace Ingest.Cli.Doctor;

/// <summary>The examination for people: an area a line, then each problem with its remedy.</summary>
public static class DoctorView
{
    public static void Write(IAnsiConsole console, IReadOnlyList<Examination> examinations)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(examinations);
        foreach (var (area, summary, findings, wasSkipped) in examinations)
        {
            var state = wasSkipped ? "[grey]skip[/]" : findings.Count == 0 ? "[green] ok [/]" : "[red]FAIL[/]";
            console.MarkupLine($"{state} [bold]{area}[/]{(findings.Count == 0 ? $": {Markup.Escape(summary)}" : "")}");
            foreach (var finding in findings)
            {
                console.MarkupLineInterpolated($"     {finding.Where}: {finding.Problem}");
                console.MarkupLineInterpolated($"       [green]→ {finding.Remedy}[/]");
            }
        }

        var problems = examinations.Sum(e => e.Findings.Count);
        console.MarkupLine(problems == 0 ? "[green]No problems found.[/]" : $"[red]{problems} {(problems == 1 ? "problem" : "problems")} found.[/]");
    }
}
