using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Ingest.Cli.Audit;
using Ingest.Cli.Offline;
using Ingest.Cli.Settings;
using Ingest.Cli.Terminal;
using Ingest.Pipeline.Streams;
using Ingest.Storage.Quarantine;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace Ingest.Cli.Quarantine;

/// <summary><c>ingest quarantine replay</c>.</summary>
internal static class ReplayCommand
{
    private const string Unknown = "unknown";
    private const string All = "all";

    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock, TextWriter standardError)
    {
        var data = QuarantineCommand.DataOption();
        var eventHub = new Option<string?>("--event-hub") { Description = "Connection string of Event Hubs; default: the setting EventHub." };
        var to = new Option<string?>("--to") { Description = "Send to this hub; default: where each came from, and the setting TelemetryHub for what came over the device hub." };
        var streams = new Option<string?>("--streams") { Description = "The streams file, which knows the format of packed events; default: streams.json here or above." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Send nothing, write nothing down; say what would be sent." };
        var rate = new Option<double?>("--rate") { Description = "At most so many events a second." };
        var again = new Option<string?>("--again")
        {
            Description = $"{Unknown}: also what an interrupted run may have sent. {All}: also what was sent before; it will arrive twice.",
        };
        again.AcceptOnlyFromAmong(Unknown, All);
        rate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is <= 0)
            {
                result.AddError("--rate must be above 0.");
            }
        });
        var filters = new FilterOptions();
        var command = new Command("replay", "Send records to their hub again, each once, however often this is run.") { data, eventHub, to, streams, dryRun, rate, again, json };
        filters.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var filter = filters.Read(parsed);
            var settings = QuarantineCommand.Settings(new("Data", parsed.GetValue(data)), new("EventHub", parsed.GetValue(eventHub)));
            var console = output(parsed.GetValue(json));
            var target = new ReplayTarget(
                new HubSettings(settings).Telemetry.ToLowerInvariant(),
                settings["DeviceHub"] switch { "" => null, null => "devices", var hub => hub.ToLowerInvariant() },
                parsed.GetValue(to)?.ToLowerInvariant());
            await using var stored = StoredData.Open(settings);
            await using var hubs = new ReplayHubs(settings, clock);
            if (!parsed.GetValue(dryRun))
            {
                hubs.Check(target.HubFor(target.TelemetryHub));
            }

            var catalog = new Lazy<StreamCatalog?>(() => Streams(parsed.GetValue(streams), settings));
            var plan = new ReplayPlan(target, () => catalog.Value, stored.Replays, RandomNumberGenerator.GetHexString(16, lowercase: true));
            var options = new ReplayOptions(parsed.GetValue(dryRun), parsed.GetValue(rate), parsed.GetValue(again) switch
            {
                Unknown => new HashSet<ReplayState> { ReplayState.Unknown },
                All => new HashSet<ReplayState> { ReplayState.Unknown, ReplayState.Sent },
                _ => new HashSet<ReplayState>(),
            });
            var rows = new QuarantineRecords(stored).RowsAsync(filter, filters.Limit(parsed, long.MaxValue), cancellationToken);
            var report = await new ReplayRun(plan, stored.Replays, hubs.SendAsync, options, clock, standardError).RunAsync(rows, cancellationToken).ConfigureAwait(false);
            Write(console.Console, report);
            console.WriteResult(report);
            return report.Stopped ? ExitCode.CannotBeDone : report.Refused + report.Unknown > 0 ? ExitCode.No : ExitCode.Fine;
        });
        return command;
    }

    /// <summary>null where there is no streams file; the records that need it say so.</summary>
    private static StreamCatalog? Streams(string? named, IConfiguration settings)
    {
        var path = named ?? (settings["Ingest:Streams"] is { Length: > 0 } set && File.Exists(set) ? set : null);
        try
        {
            path = StreamsFile.Find(path, Environment.CurrentDirectory);
        }
        catch (CommandException) when (path is null)
        {
            return null;
        }

        return StreamsFile.Load(path);
    }

    private static void Write(IAnsiConsole console, ReplayReport report)
    {
        foreach (var problem in report.Problems)
        {
            console.MarkupLineInterpolated($"[yellow]{problem.Origin}[/]: {problem.Reason}");
        }

        if (report.Problems.Count < report.Refused + report.Unknown)
        {
            console.MarkupLine("… and others; --json and narrower filters show them.");
        }

        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{(report.DryRun ? $"Dry run: {report.WouldSend:N0} would be sent" : $"{report.Sent:N0} sent")}, {report.Already:N0} sent before, {report.Unknown:N0} unknown, {report.Refused:N0} not sent.");
        if (report.Stopped)
        {
            console.MarkupLine("[red]Stopped because the hub could not be reached. Run it again: what was sent is not sent twice.[/]");
        }
    }
}
