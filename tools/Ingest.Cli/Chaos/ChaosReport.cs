using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingest.Cli.Chaos.Plan;

namespace Ingest.Cli.Chaos;

/// <summary>Writes <c>chaos-SEED.md</c> and <c>chaos-SEED.json</c>: the command, what was broken, what came of it.</summary>
public static class ChaosReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(
        string folder, ChaosOptions options, IReadOnlyList<ChaosAction> plan, ChaosResult result, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Directory.CreateDirectory(folder);
        var name = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"chaos-{options.Seed}"));
        await File.WriteAllTextAsync(name + ".md", Text(options, plan, result, clock.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(name + ".json", JsonSerializer.Serialize(result, Json) + "\n", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The command that repeats a run.</summary>
    public static string Command(ChaosOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run --project tools/Ingest.Cli -- chaos --seed {options.Seed} --minutes {options.Minutes} --apps {options.Apps} --partitions {options.Partitions} --rate {options.Rate} --gap {options.Gap}");

    public static string Text(ChaosOptions options, IReadOnlyList<ChaosAction> plan, ChaosResult result, DateTimeOffset at)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Chaos run, seed {options.Seed}: {(result.IsClean ? "every event at rest exactly once" : "NOT CLEAN")}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} processors, everything on one machine.").AppendLine();
        text.AppendLine("```sh").AppendLine(Command(options)).AppendLine("```").AppendLine();
        text.AppendLine("| | |").AppendLine("|---|---:|");
        foreach (var (row, value) in ChaosView.Rows(result))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row} | {value} |");
        }

        foreach (var problem in result.Problems ?? [])
        {
            text.AppendLine().AppendLine(problem);
        }

        text.AppendLine().AppendLine("What was broken (`--plan` lists every action with its time):").AppendLine();
        text.AppendLine("| what | how often | seconds |").AppendLine("|---|---:|---:|");
        foreach (var kind in plan.GroupBy(a => a.Kind).OrderBy(g => g.Key))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {kind.Key} | {kind.Count()} | {kind.Sum(a => a.Duration.TotalSeconds):0} |");
        }

        return text.ToString();
    }
}
