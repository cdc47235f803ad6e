using System.CommandLine;
using Ingest.Cli.Settings;
using Ingest.Cli.Terminal;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Audit;

/// <summary><c>ingest audit</c>: is every event at rest exactly once?</summary>
public static class AuditCommand
{
    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock)
    {
        var data = new Option<string?>("--data") { Description = "Connection string of the data storage; default: the setting Data." };
        var eventHub = new Option<string?>("--event-hub") { Description = "Connection string of Event Hubs, to judge the tail too; default: the setting EventHub." };
        var hub = new Option<string?>("--hub") { Description = "Judge this hub only; default: all in the lake, and the settings TelemetryHub and DeviceHub for the tails." };
        var settled = new Option<bool>("--settled") { Description = "Producers have stopped: what the hub holds beyond the last commit is missing, not on its way. Exit code 3 where a tail cannot be judged." };
        var byId = new Option<bool>("--by-id") { Description = "Also count records that share an id within their stream, such as a producer's own retries; reads the column _id beside the origins." };
        var command = new Command("audit", "Check that every event is in lake or quarantine exactly once. Reads origin columns only, changes nothing.")
        {
            data, eventHub, hub, settled, byId, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = DataSettings.Read(
                Environment.CurrentDirectory, [new("Data", parsed.GetValue(data)), new("EventHub", parsed.GetValue(eventHub))]);
            var console = output(parsed.GetValue(json));
            await using var stored = StoredData.Open(settings);
            await using var hubs = HubReaders.FromSettings(settings, parsed.GetValue(hub));
            var startsNow = string.Equals(settings["Ingest:Start"], "now", StringComparison.OrdinalIgnoreCase);
            var report = await new AuditRun(
                new AuditSources(stored.ReadProgressAsync, new BlobSegmentCatalog(stored, parsed.GetValue(byId) ? AlsoRead.Ids : AlsoRead.Nothing), hubs is null ? null : hubs.ReadAsync),
                new AuditOptions(parsed.GetValue(hub), !startsNow, parsed.GetValue(settled)) { ById = parsed.GetValue(byId), LeftOut = hubs?.LeftOut ?? [] }, clock).RunAsync(cancellationToken).ConfigureAwait(false);
            AuditView.Write(console.Console, report);
            console.WriteResult(report);
            return !report.IsClean ? ExitCode.No : report.IsEndUnknown ? ExitCode.CannotBeDone : ExitCode.Fine;
        });
        return command;
    }
}
