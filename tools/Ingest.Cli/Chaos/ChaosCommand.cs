using System.CommandLine;
using System.Globalization;
using Ingest.Cli.Chaos.Plan;
using Ingest.Cli.Terminal;
using Spectre.Console;

namespace Ingest.Cli.Chaos;

/// <summary><c>ingest chaos</c>: is every event at rest exactly once, whatever breaks?</summary>
public static class ChaosCommand
{
    private const int MaxApps = 8;
    private const int MaxPartitions = 32;
    private const int MaxRate = 1_000_000;
    private const double LeastGap = 0.2;
    private const double MostGap = 600;
    private const double LeastMinutes = 0.1;
    private const double MostMinutes = 1440;

    private static readonly ChaosOptions Defaults = new();

    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock)
    {
        var minutes = Number("--minutes", "How long events are sent and things break; fractions are fine.", Defaults.Minutes, LeastMinutes, MostMinutes);
        var seed = Number("--seed", "What breaks when comes from this number and the other options alone.", Defaults.Seed, 0, int.MaxValue);
        var apps = Number("--apps", "Function apps that share the partitions.", Defaults.Apps, 1, MaxApps);
        var partitions = Number("--partitions", "Partitions of the hub.", Defaults.Partitions, 1, MaxPartitions);
        var rate = Number("--rate", "Most events sent a second.", Defaults.Rate, 1, MaxRate);
        var gap = Number("--gap", "Seconds from one blow to the next, on average.", Defaults.Gap, LeastGap, MostGap);
        var write = new Option<string?>("--write") { Description = "Write chaos-SEED.md and chaos-SEED.json into this folder." };
        var plan = new Option<bool>("--plan") { Description = "Only print what would break when." };
        var command = new Command("chaos", "Kill and halt function apps, break storage and hub while events are sent, and prove that nothing was lost or doubled.")
        {
            minutes, seed, apps, partitions, rate, gap, write, plan, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new ChaosOptions
            {
                Minutes = parsed.GetValue(minutes),
                Seed = parsed.GetValue(seed),
                Apps = parsed.GetValue(apps),
                Partitions = parsed.GetValue(partitions),
                Rate = parsed.GetValue(rate),
                Gap = parsed.GetValue(gap),
                Write = parsed.GetValue(write),
            };
            var console = output(parsed.GetValue(json));
            if (parsed.GetValue(plan))
            {
                Print(ChaosPlan.Create(options.Seed, options.Length, options.Apps, options.Partitions, options.Gap), console);
                return ExitCode.Fine;
            }

            return await new ChaosRun(options, console, clock).RunAsync(cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static void Print(IReadOnlyList<ChaosAction> plan, Output output)
    {
        foreach (var action in plan)
        {
            output.Console.WriteLine(action.ToString());
        }

        output.WriteResult(new
        {
            actions = plan.Select(a => new { seconds = a.At.TotalSeconds, kind = a.Kind.ToString(), duration = a.Duration.TotalSeconds, a.Target, a.Amount }),
        });
    }

    private static Option<T> Number<T>(string name, string description, T byDefault, T least, T most)
        where T : struct, IParsable<T>, IComparable<T>
    {
        var option = new Option<T>(name)
        {
            Description = description,
            DefaultValueFactory = _ => byDefault,
            CustomParser = result =>
            {
                if (!T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) || value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number between {least} and {most}, not '{result.Tokens[0].Value}'."));
                }

                return value;
            },
        };
        return option;
    }
}
