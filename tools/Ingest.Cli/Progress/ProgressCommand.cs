using System.CommandLine;
using Ingest.Cli.Audit;
using Ingest.Cli.Settings;
using Ingest.Cli.Terminal;

namespace Ingest.Cli.Progress;

/// <summary><c>ingest progress</c>: looks at the progress rows, and frees a partition that waits for a human.</summary>
public static class ProgressCommand
{
    private static readonly Option<string?> Data = new("--data") { Description = "Connection string of the data storage; default: the setting Data." };
    private static readonly Option<string?> EventHub = new("--event-hub") { Description = "Connection string of Event Hubs; default: the setting EventHub." };
    private static readonly Option<string?> Hub = new("--hub") { Description = "The hub; default: the setting TelemetryHub." };
    private static readonly Option<int> Partition = new("--partition") { Description = "The partition's number.", Required = true };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Make the change; without it the command only shows what it would do." };

    public static Command Create(Option<bool> json, Func<bool, Output> output)
    {
        var to = new Option<long>("--to") { Description = "Last sequence number to skip.", Required = true };
        var after = new Option<long?>("--after") { Description = "Last sequence number of the old events; default: found by the enqueued times." };
        return new Command("progress", "Look at the progress rows, and free a partition that waits for a human.")
        {
            Show(json, output),
            Change("skip", "Go on behind events that cannot be swallowed; the sweeper fetches them later in small batches.", [to],
                (progress, parsed, token) => progress.SkipAsync(parsed.GetValue(to), token)),
            Change("reset", "Forget a partition of which lake and quarantine hold nothing, so that it begins anew.", [],
                (progress, _, token) => progress.ResetAsync(token)),
            Change("rebuild", "Make a new row from lake and quarantine where it was lost or rolled back.", [],
                (progress, _, token) => progress.RebuildAsync(token)),
            Change("new-epoch", "Go on with new events of a hub that uses sequence numbers again (forced geo promotion).", [after],
                (progress, parsed, token) => progress.NewEpochAsync(parsed.GetValue(after), token)),
        };

        Command Change(string name, string description, Option[] options, Func<ProgressOperator, ParseResult, CancellationToken, Task<ChangeReport>> change)
        {
            var command = new Command(name, description) { Data, EventHub, Hub, Partition, Yes, json };
            foreach (var option in options)
            {
                command.Options.Add(option);
            }

            command.SetAction(async (parsed, cancellationToken) =>
            {
                var settings = SettingsOf(parsed);
                await using var stored = StoredData.Open(settings);
                await using var hub = HubAccess.Open(settings, parsed.GetValue(Hub));
                var progress = new ProgressOperator(stored, hub, parsed.GetValue(Partition), parsed.GetValue(Yes));
                var report = await change(progress, parsed, cancellationToken).ConfigureAwait(false);
                var console = output(parsed.GetValue(json));
                ProgressView.Write(console.Console, report);
                console.WriteResult(report);
                return ExitCode.Fine;
            });
            return command;
        }
    }

    private static Command Show(Option<bool> json, Func<bool, Output> output)
    {
        var command = new Command("show", "Where every partition stands, and what it waits for. Exit code 1: at least one is held.") { Data, Hub, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var stored = StoredData.Open(SettingsOf(parsed));
            var rows = new List<RowReport>();
            await foreach (var row in stored.Progress.ListAsync(cancellationToken).ConfigureAwait(false))
            {
                if (row.Account == stored.Clients.Blobs.AccountName && row.Container == stored.Options.LakeContainer
                    && (parsed.GetValue(Hub) is not { } hub || string.Equals(hub, row.Partition.Hub, StringComparison.OrdinalIgnoreCase)))
                {
                    rows.Add(RowReport.Of(row.Partition, row.Progress, row.Hold));
                }
            }

            var report = new RowsReport([.. rows.OrderBy(row => row.Hub, StringComparer.Ordinal).ThenBy(row => row.Partition)]);
            var console = output(parsed.GetValue(json));
            ProgressView.Write(console.Console, report);
            console.WriteResult(report);
            return report.Partitions.Any(row => row.Hold is not null) ? ExitCode.No : ExitCode.Fine;
        });
        return command;
    }

    private static Microsoft.Extensions.Configuration.IConfigurationRoot SettingsOf(ParseResult parsed) => DataSettings.Read(
        Environment.CurrentDirectory, [new("Data", parsed.GetValue(Data)), new("EventHub", parsed.CommandResult.Command.Options.Contains(EventHub) ? parsed.GetValue(EventHub) : null)]);
}
