using System.CommandLine;
using System.Globalization;
using Ingest.Cli.Plan.Files;
using Ingest.Cli.Terminal;

namespace Ingest.Cli.Plan;

/// <summary><c>ingest plan</c>: from a load to everything that scale hangs on, judged by a simulated day.</summary>
public static class PlanCommand
{
    public static Command Create(Option<bool> json, Func<bool, Output> output)
    {
        var rate = new Option<double>("--events-per-second") { Description = "What devices produce, averaged over the day, before packing.", Required = true };
        var bytes = new Option<int>("--bytes") { Description = "Size of one of them.", Required = true };
        var records = new Option<int>("--records-per-event") { Description = "How many of them producers pack into one event of the hub.", DefaultValueFactory = _ => 1 };
        var ratio = new Option<double>("--compression-ratio") { Description = "By how much producers compress an event's body; 1: not at all.", DefaultValueFactory = _ => 1 };
        var peak = new Option<double>("--peak") { Description = "Highest rate of the day, as a multiple of the average; 1 to 20.", DefaultValueFactory = _ => 2 };
        var lag = new Option<string>("--target-lag") { Description = "Age that an event may reach before it is durable, such as 10s or 5m.", DefaultValueFactory = _ => "10s" };
        var rows = new Option<double>("--table-rows") { Description = "Rows of Table Storage written per event; latest collapses a batch to its devices.", DefaultValueFactory = _ => 0.01 };
        var namespaces = new Option<int?>("--namespaces") { Description = "Spread over this many equal deployments." };
        var assumed = new Option<string?>("--assumptions") { Description = "A JSON file, name → number, in place of prices, limits and costs." };
        var folder = new Option<string?>("--folder") { Description = "The folder with host.json and bicep/; default: the nearest one, from the current folder upwards." };
        var bicepparam = new Option<bool>("--bicepparam") { Description = "Print the parameters as a .bicepparam file for the Azure CLI, and nothing else." };
        var apply = new Option<bool>("--apply") { Description = "Rewrite bicep/main.parameters.json and host.json, which azd up deploys." };
        var command = new Command("plan", "Tier, partitions, batches, instances and cost for a load, with a simulated day. Works offline.")
        {
            rate, bytes, records, ratio, peak, lag, rows, namespaces, assumed, folder, bicepparam, apply, json,
        };
        Between(command, rate, 0.001, 1e9);
        Between(command, bytes, 1, 100_000_000);
        Between(command, records, 1, 1_000_000);
        Between(command, ratio, 1, 100);
        Between(command, peak, 1, 20);
        Between(command, rows, 0, 10);
        Between(command, namespaces, 1, 1000);
        command.Validators.Add(result =>
        {
            if (result.GetResult(lag) is { Tokens: [var token] } && Duration(token.Value) is null)
            {
                result.AddError($"--target-lag must be a time from 1s to 1h, such as 10s or 5m, not {token.Value}.");
            }

            if (result.GetResult(bicepparam) is { IdentifierTokenCount: > 0 } && result.GetResult(json) is { IdentifierTokenCount: > 0 })
            {
                result.AddError("--bicepparam and --json both claim standard output; take one.");
            }
        });
        command.SetAction(parsed =>
        {
            var load = new Workload(
                parsed.GetValue(rate), parsed.GetValue(bytes), parsed.GetValue(records), parsed.GetValue(ratio), parsed.GetValue(peak),
                Duration(parsed.GetValue(lag)!)!.Value, parsed.GetValue(rows));
            var run = new PlanRun(
                load, parsed.GetValue(namespaces), ReadAssumptions(parsed.GetValue(assumed)), Files(parsed.GetValue(folder)), parsed.GetValue(bicepparam), parsed.GetValue(apply));
            return run.Execute(output(parsed.GetValue(json)));
        });
        return command;
    }

    /// <summary><c>10s</c>, <c>5m</c>, <c>1h</c>; null: not from 1 s to 1 h.</summary>
    public static TimeSpan? Duration(string text)
    {
        var unit = text is [.., var last] ? last switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 } : 0;
        return unit > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * unit is >= 1 and <= 3600
            ? TimeSpan.FromSeconds(number * unit)
            : null;
    }

    private static PlanFiles? Files(string? folder) => folder is null
        ? PlanFiles.Find(Environment.CurrentDirectory)
        : PlanFiles.Load(folder) ?? throw new CommandException(ExitCode.Usage, $"{folder} lacks {PlanFiles.HostName} or {PlanFiles.ParametersName}.");

    private static Assumptions ReadAssumptions(string? file) => file is null ? Assumptions.Default
        : File.Exists(file) ? Assumptions.Default.With(file, File.ReadAllBytes(file))
        : throw new CommandException(ExitCode.Usage, $"There is no file {file}.");

    private static void Between(Command command, Option option, double least, double most) => command.Validators.Add(result =>
    {
        if (result.GetResult(option) is { Tokens: [var token] }
            && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !(value >= least && value <= most))
        {
            result.AddError(FormattableString.Invariant($"{option.Name} must be {least} to {most}, not {value}."));
        }
    });
}
