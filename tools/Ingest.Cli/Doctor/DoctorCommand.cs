using System.CommandLine;
using System.Globalization;
using Ingest.Cli.Offline;
using Ingest.Cli.Terminal;

namespace Ingest.Cli.Doctor;

/// <summary><c>ingest doctor</c>: everything that can be judged offline, each problem with its remedy.</summary>
public static class DoctorCommand
{
    public static Command Create(Option<bool> json, Func<bool, Output> output)
    {
        var streams = new Option<string?>("--streams") { Description = "The streams file, with host.json and the settings beside it; default: the nearest streams.json." };
        var partitions = Positive("--partitions", "Partitions that one instance may own; default: of the Bicep parameters, shared by the instances that are always ready.");
        var eventBytes = Positive("--event-bytes", $"Usual size of an event, decompressed; default {BatchMemory.DefaultEventBytes}.");
        var memory = Positive("--memory", "Memory of an instance in MiB; default: of the Bicep parameters.");
        var command = new Command("doctor", "Check everything that can be checked offline: streams, schemas, host.json, scale, settings, tools. Names each problem with its remedy.")
        {
            streams, partitions, eventBytes, memory, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = output(parsed.GetValue(json));
            var file = StreamsFile.Find(parsed.GetValue(streams), Environment.CurrentDirectory);
            var bounds = new MemoryBounds(parsed.GetValue(partitions), parsed.GetValue(eventBytes), parsed.GetValue(memory));
            var examinations = await new DoctorRun(file, bounds).RunAsync(cancellationToken).ConfigureAwait(false);
            DoctorView.Write(console.Console, examinations);
            var report = DoctorReport.Of(examinations);
            console.WriteResult(report);
            return report.Healthy ? ExitCode.Fine : ExitCode.No;
        });
        return command;
    }

    private static Option<int?> Positive(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value < 1)
            {
                result.AddError($"{name} must be at least 1, not {value}.");
            }
        });
        return option;
    }
}
