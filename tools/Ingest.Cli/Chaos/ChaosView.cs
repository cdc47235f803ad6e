using System.Globalization;
using Ingest.Cli.Chaos.Plan;
using Ingest.Cli.Chaos.Producer;
using Ingest.Cli.Terminal;
using Spectre.Console;

namespace Ingest.Cli.Chaos;

/// <summary>Shows a chaos run as lines: what is being broken, where it stands, how it ended.</summary>
public sealed class ChaosView(Output output, ChaosOptions options)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private readonly Lock sync = new();
    private TimeSpan next;

    public void Say(string text)
    {
        lock (sync)
        {
            output.Console.WriteLine(text);
        }
    }

    public void Action(ChaosAction action) => Say($"  {action}");

    public void Progress(TimeSpan elapsed, SendCounts sent, ChaosSnapshot snapshot, long peakMemory)
    {
        if (elapsed >= next)
        {
            next = elapsed + LineInterval;
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{elapsed:mm\\:ss} accepted {sent.Accepted:N0}  durable {snapshot.Received:N0}  behind {snapshot.Lag:N0}  written {snapshot.Written:N0}  quarantined {snapshot.Quarantined:N0}  peak {peakMemory / 1e6:0} MB"));
        }
    }

    public void Result(ChaosResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn(new TableColumn("value").RightAligned());
        foreach (var (name, value) in Rows(result))
        {
            table.AddRow(name, value);
        }

        lock (sync)
        {
            output.Console.Write(table);
            foreach (var problem in result.Problems ?? [])
            {
                output.Console.MarkupLine($"[red]{Markup.Escape(problem)}[/]");
            }

            output.Console.MarkupLine(result.IsClean
                ? "[green]Every event that the hub took is at rest exactly once.[/]"
                : $"[red]Not every event is at rest exactly once.[/] Again: {ChaosReport.Command(options)}");
        }
    }

    /// <summary>The result as people read it.</summary>
    public static IEnumerable<(string Name, string Value)> Rows(ChaosResult result)
    {
        string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
        yield return ("events sent", Number(result.Sent));
        yield return ("received", Number(result.Received));
        yield return ("written to the lake", Number(result.Written));
        yield return ("quarantined", Number(result.Quarantined));
        yield return ("missing", Number(result.Missing));
        yield return ("duplicates", Number(result.Duplicates));
        yield return ("pending", Number(result.Pending));
        yield return ("function apps killed", Number(result.Kills));
        yield return ("function apps that ended by themselves", Number(result.UnexpectedExits));
        yield return ("attempts that ran into the function timeout", Number(result.FunctionTimeouts));
        yield return ("batches that a host went past", Number(result.BatchesSkipped));
        yield return ("storage requests hit by faults", Number(result.StorageRequestsHit));
        yield return ("from the last fault to all durable", result.RecoverySeconds is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s:0.0} s") : "never");
        yield return ("events per second", Number(result.EventsPerSecond));
        yield return ("peak memory of a function app", string.Create(CultureInfo.InvariantCulture, $"{result.PeakMemoryMB:0} MB"));
    }
}
