using System.Globalization;
using System.Text;
using Ingest.Cli.Plan.Simulation;

namespace Ingest.Cli.Plan;

/// <summary>A day in block characters, 80 columns wide: lag on steps of about three, rate and instances below on the same hours. Pure.</summary>
public static class DayChart
{
    public const int Columns = 72;
    private const int LabelWidth = 7;
    private const int LinearRows = 3;
    private const string Blocks = " ▁▂▃▄▅▆▇█";

    private static readonly double[] Ticks = [1, 3, 10, 30, 60, 180, 600, 1800, 3600, 10_800, 36_000, 86_400];

    /// <summary>Lines of text with Spectre markup for the colours.</summary>
    /// <param name="targetLag">Seconds; columns above it are red.</param>
    public static IEnumerable<string> Draw(SimulatedDay day, double targetLag)
    {
        ArgumentNullException.ThrowIfNull(day);
        yield return $"[bold]lag[/], the longest of each 20 minutes; [grey]╌[/] the target, {Time(targetLag)}";
        foreach (var line in Lag(Highest(day.Lag), targetLag))
        {
            yield return line;
        }

        yield return "[bold]events/s[/] into the hub, highest";
        foreach (var line in Linear(Highest(day.HubEventsPerSecond), "blue"))
        {
            yield return line;
        }

        yield return "[bold]instances[/] of IngestTelemetry, most";
        foreach (var line in Linear(Highest([.. day.Instances.Select(i => (double)i)]), "yellow"))
        {
            yield return line;
        }

        yield return Hours();
    }

    /// <summary>A time as a label, at most five characters: <c>3s</c>, <c>10m</c>, <c>2.5h</c>.</summary>
    public static string Time(double seconds) => seconds switch
    {
        < 60 => Short(seconds) + "s",
        < 3600 => Short(seconds / 60) + "m",
        _ => Short(seconds / 3600) + "h",
    };

    private static IEnumerable<string> Lag(double[] values, double target)
    {
        var top = values.Max();
        var rows = Math.Max(3, Array.FindIndex(Ticks, tick => tick >= top) is var i && i < 0 ? Ticks.Length - 1 : i);
        var heights = values.Select(Height).ToArray();
        var targetRow = (int)Math.Min(rows - 1, Height(target));
        for (var row = rows - 1; row >= 0; row--)
        {
            var line = new StringBuilder(Label(Time(Ticks[row]), '┤'));
            foreach (var (cell, column) in heights.Select((height, column) => (Cell(height - row), column)))
            {
                line.Append(cell != ' ' ? $"[{(values[column] > target ? "red" : "green")}]{cell}[/]" : row == targetRow ? "[grey]╌[/]" : " ");
            }

            yield return line.ToString();
        }
    }

    // The row, and how far up in it.
    private static double Height(double seconds)
    {
        if (seconds <= Ticks[0])
        {
            return 0.2;
        }

        var row = Math.Min(Ticks.Length - 2, Array.FindLastIndex(Ticks, tick => tick <= seconds));
        return row + (Math.Log(seconds / Ticks[row]) / Math.Log(Ticks[row + 1] / Ticks[row]));
    }

    private static IEnumerable<string> Linear(double[] values, string colour)
    {
        var top = values.Max();
        for (var row = LinearRows - 1; row >= 0; row--)
        {
            var label = row == LinearRows - 1 ? Count(top) : row == 0 ? "0" : "";
            yield return $"{Label(label, '┤')}[{colour}]{string.Concat(values.Select(v => Cell((v / top * LinearRows) - row)))}[/]";
        }
    }

    private static string Hours()
    {
        var line = new StringBuilder(new string(' ', LabelWidth + 1));
        for (var hour = 0; hour < 24; hour += 4)
        {
            line.Append(FormattableString.Invariant($"{hour:00}:00").PadRight(Columns / 6));
        }

        return line.ToString().TrimEnd();
    }

    private static char Cell(double height) => Blocks[(int)Math.Clamp(Math.Ceiling(height * 8), 0, 8)];

    private static double[] Highest(IReadOnlyList<double> seconds) =>
        [.. seconds.Chunk(DayOfLoad.Seconds / Columns).Select(chunk => chunk.Max())];

    private static string Label(string text, char axis) => text.PadLeft(LabelWidth - 1) + " " + axis;

    private static string Count(double value) => value switch
    {
        < 1e4 => value.ToString("N0", CultureInfo.InvariantCulture),
        < 1e6 => (value / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        _ => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
    };

    private static string Short(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
