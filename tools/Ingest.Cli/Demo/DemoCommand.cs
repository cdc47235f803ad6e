using System.CommandLine;
using System.Globalization;
using Ingest.Cli.Terminal;

namespace Ingest.Cli.Demo;

/// <summary><c>ingest demo</c>: everything on this machine, in one command.</summary>
public static class DemoCommand
{
    private const int MaxEvents = 10_000_000;
    private const int MaxPartitions = 32;

    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock)
    {
        var events = Number("--events", "Good events to send; the data is cut or cycled to this many.", DemoOptions.DefaultEvents, MaxEvents);
        var partitions = Number("--partitions", "Partitions of the hub.", 4, MaxPartitions);
        var kill = new Option<bool>("--kill") { Description = "Kill the function app (SIGKILL) twice on the way and start it again." };
        var keep = new Option<bool>("--keep") { Description = "Leave everything running at the end; says how to connect and how to stop." };
        var command = new Command("demo", "Run client, Event Hubs emulator, function app and storage on this machine, send real data, and prove that nothing was lost.")
        {
            events, partitions, kill, keep, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new DemoOptions
            {
                Events = parsed.GetValue(events),
                Partitions = parsed.GetValue(partitions),
                Kill = parsed.GetValue(kill),
                Keep = parsed.GetValue(keep),
            };
            return new DemoRun(options, output(parsed.GetValue(json)), clock).RunAsync(cancellationToken);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int byDefault, int max)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            // What is no number at all is reported by the parser itself.
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && (value < 1 || value > max))
            {
                result.AddError($"{name} must lie between 1 and {max}, not at {value}.");
            }
        });
        return option;
    }
}
