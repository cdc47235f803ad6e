using System.Globalization;
using Ingest.Cli.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ingest.Cli.Demo;

/// <summary>Shows the demo as it happens: drawn over on a terminal, plain lines elsewhere.</summary>
public sealed class DemoView(Output output, DemoOptions options)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    private IAnsiConsole Console => output.Console;

    /// <summary>Shows a step while it runs and what came of it.</summary>
    /// <param name="work">Returns what to say after the step's name; null: nothing.</param>
    public async Task StepAsync(string name, Func<Task<string?>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        string? remark = null;
        if (output.IsLive)
        {
            await Console.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(name), async _ => remark = await work().ConfigureAwait(false)).ConfigureAwait(false);
        }
        else
        {
            remark = await work().ConfigureAwait(false);
        }

        Console.MarkupLine($"[green]✓[/] {Markup.Escape(name)}{(remark is null ? "" : $" [grey]{Markup.Escape(remark)}[/]")}");
    }

    /// <summary>Writes lines as they are, never wrapped: they are there to be copied.</summary>
    public void Lines(params IReadOnlyList<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        foreach (var line in lines)
        {
            Console.Profile.Out.Writer.WriteLine("  " + line);
        }
    }

    public void Say(string markup) => Console.MarkupLine(markup);

    /// <summary>Shows snapshots until <paramref name="watch"/> is through; it reports each of them.</summary>
    public async Task FollowAsync(Func<Action<DemoSnapshot>, Task> watch)
    {
        ArgumentNullException.ThrowIfNull(watch);
        if (output.IsLive)
        {
            await Console.Live(new Text("")).AutoClear(true).StartAsync(async live => await watch(snapshot =>
            {
                live.UpdateTarget(Draw(snapshot));
                live.Refresh();
            }).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        var next = TimeSpan.Zero;
        await watch(snapshot =>
        {
            if (snapshot.Elapsed >= next)
            {
                next = snapshot.Elapsed + LineInterval;
                Console.WriteLine(Line(snapshot));
            }
        }).ConfigureAwait(false);
    }

    public void Query(string title, QueryResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title));
        foreach (var column in result.Columns)
        {
            table.AddColumn(Markup.Escape(column));
        }

        foreach (var row in result.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        Console.Write(table);
    }

    public void Result(DemoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn(new TableColumn("value").RightAligned());
        Row(table, "sent", result.Sent, expected: options.Sent);
        Row(table, "received", result.Received, expected: options.Sent);
        Row(table, "written to the lake", result.Written, expected: options.Events);
        Row(table, "quarantined", result.Quarantined, expected: DemoOptions.BrokenCount);
        Row(table, "missing", result.Missing, expected: 0);
        Row(table, "duplicates", result.Duplicates, expected: 0);
        Row(table, "out of order", result.OutOfOrder, expected: 0);
        Row(table, "pending", result.Pending, expected: 0);
        table.AddRow("first send to durable", string.Create(CultureInfo.InvariantCulture, $"{result.Seconds:0.0} s"));
        table.AddRow("events per second", Number(result.EventsPerSecond));
        table.AddRow("peak memory of the function app", string.Create(CultureInfo.InvariantCulture, $"{result.PeakMemoryMB:0} MB"));
        Console.Write(table);
    }

    private IRenderable Draw(DemoSnapshot snapshot)
    {
        var bars = new BreakdownChart().Width(60).HideTags().ShowPercentage();
        bars.AddItem("committed", snapshot.Received, Color.Green);
        bars.AddItem("in the hub", Math.Max(0, snapshot.Sent - snapshot.Received), Color.Yellow);
        bars.AddItem("to be sent", Math.Max(0, options.Sent - Math.Max(snapshot.Sent, snapshot.Received)), Color.Grey);
        var grid = new Grid().AddColumn().AddColumn(new GridColumn().RightAligned()).AddColumn();
        grid.AddRow("sent", Number(snapshot.Sent), $"of {Number(options.Sent)}");
        grid.AddRow("received", Number(snapshot.Received), "events committed");
        grid.AddRow("written", Number(snapshot.Written), "records in the lake");
        grid.AddRow("quarantined", Number(snapshot.Quarantined), "records, with reason and original bytes");
        grid.AddRow("lag", Number(snapshot.Lags.Sum()), $"by partition {string.Join(' ', snapshot.Lags.Select(l => Number(l)))}");
        grid.AddRow("memory", Number(snapshot.PeakMemory / 1e6), "MB, peak of the function app");
        return new Rows(bars, grid);
    }

    private static string Line(DemoSnapshot s) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {s.Elapsed.TotalSeconds,5:0.0} s  sent {s.Sent:N0}  received {s.Received:N0}  written {s.Written:N0}  quarantined {s.Quarantined:N0}  lag {string.Join('/', s.Lags)}  pending {s.Pending}");

    private static void Row(Table table, string name, long value, long expected) =>
        table.AddRow(name, value == expected ? $"[green]{Number(value)}[/]" : $"[red]{Number(value)}[/]");

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
