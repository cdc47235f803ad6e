using System.Diagnostics;
using System.Globalization;
using Ingest.Cli.Audit;
using Ingest.Cli.Processes;
using Ingest.Cli.Settings;
using Ingest.Cli.Terminal;
using Spectre.Console;

namespace Ingest.Cli.Demo;

/// <summary>The whole system on this machine, from a real client to Parquet, and the proof that nothing was lost on the way.</summary>
public sealed class DemoRun(DemoOptions options, Output output, TimeProvider clock)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    // A tail that no batch follows waits for the sweeper, which comes every minute; two of its rounds and a start.
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(3);

    private readonly DemoView view = new(output, options);
    private readonly string repository = Repository.FindRoot();

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var node = await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var folder = DemoFolder.Create(repository, clock);
        await using var stack = new DemoStack(folder, node, repository, options);
        await StartAsync(stack, node, cancellationToken).ConfigureAwait(false);

        await using var data = StoredData.Open(DataSettings.Of(("Data", stack.Storage)));
        await using var hub = HubReader.FromConnectionString(stack.EventHub, DemoStack.Hub, DemoStack.ConsumerGroup);
        var last = await SendAndFollowAsync(stack, folder, node, data, hub, cancellationToken).ConfigureAwait(false);
        var report = await AuditAsync(data, hub, cancellationToken).ConfigureAwait(false);
        var result = Sum(last, report, stack.PeakMemory);

        view.Result(result);
        var reasonsAreRight = await LookIntoLakeAsync(data, folder, cancellationToken).ConfigureAwait(false);
        output.WriteResult(result);
        Farewell(result, stack, folder);
        return result.IsComplete(options) && reasonsAreRight ? ExitCode.Fine : ExitCode.No;
    }

    private async Task<NodeRuntime> PrepareAsync(CancellationToken cancellationToken)
    {
        NodeRuntime? node = null;
        await view.StepAsync("Check Node.js", async () =>
        {
            node = await NodeRuntime.FindAsync(repository, cancellationToken).ConfigureAwait(false);
            return node.Version;
        }).ConfigureAwait(false);
        await view.StepAsync("Install Azurite and the JavaScript client (npm ci)", async () =>
            await node!.InstallModulesAsync(cancellationToken).ConfigureAwait(false) ? null : "already there").ConfigureAwait(false);
        await view.StepAsync("Build emulator and function app (Release)", async () =>
        {
            await DemoBuild.RunAsync(repository, cancellationToken).ConfigureAwait(false);
            return null;
        }).ConfigureAwait(false);
        return node!;
    }

    private async Task StartAsync(DemoStack stack, NodeRuntime node, CancellationToken cancellationToken)
    {
        await view.StepAsync("Start Azurite", async () =>
        {
            await stack.StartAzuriteAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }).ConfigureAwait(false);
        await view.StepAsync("Start the Event Hubs emulator", async () =>
        {
            await stack.StartEmulatorAsync(cancellationToken).ConfigureAwait(false);
            return $"hub {DemoStack.Hub}, {options.Partitions} partitions";
        }).ConfigureAwait(false);
        await view.StepAsync("Load the airports into the lookup table", async () =>
        {
            await using var data = StoredData.Open(DataSettings.Of(("Data", stack.Storage)));
            return $"{await Airports.LoadAsync(data.Lookups, node, cancellationToken).ConfigureAwait(false)} airports";
        }).ConfigureAwait(false);
        await view.StepAsync("Start the function app", async () =>
        {
            await stack.StartFunctionAppAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }).ConfigureAwait(false);
    }

    private async Task<DemoSnapshot> SendAndFollowAsync(
        DemoStack stack, DemoFolder folder, NodeRuntime node, StoredData data, HubReader hub, CancellationToken cancellationToken)
    {
        await using var sender = await Sender.StartAsync(stack, folder, node, options, cancellationToken).ConfigureAwait(false);
        view.Say($"The JavaScript SDK sends {options.Events:N0} real flights and routes, one an event, and {DemoOptions.BrokenCount} broken events.");
        var start = await sender.FirstSend.WaitAsync(cancellationToken).ConfigureAwait(false);
        var watch = new DemoWatch(data, hub, () => sender.Sent, () => stack.PeakMemory);
        Queue<long> kills = options.Kill ? new([options.Sent / 3, options.Sent * 2L / 3]) : new();
        DemoSnapshot? durable = null;
        await view.FollowAsync(async show =>
        {
            var (moved, movedAt) = (0L, Stopwatch.GetTimestamp());
            while (true)
            {
                stack.ThrowIfAnyExited();
                if (sender.Completion.IsCompleted)
                {
                    await sender.Completion.ConfigureAwait(false);
                }

                var isLate = sender.Completion.IsCompleted;
                var snapshot = await watch.TakeAsync(Stopwatch.GetElapsedTime(start), withPending: isLate, cancellationToken).ConfigureAwait(false);
                show(snapshot);
                if (isLate && snapshot.IsDurable)
                {
                    durable ??= snapshot;
                    if (snapshot.Pending == 0)
                    {
                        return;
                    }
                }

                if (kills.TryPeek(out var at) && snapshot.Received >= at)
                {
                    kills.Dequeue();
                    view.Say($"[yellow]Killing the function app at {snapshot.Received:N0} events, and starting it again.[/]");
                    await stack.CrashFunctionAppAsync(cancellationToken).ConfigureAwait(false);
                }

                if (snapshot.Received + snapshot.Sent != moved)
                {
                    (moved, movedAt) = (snapshot.Received + snapshot.Sent, Stopwatch.GetTimestamp());
                }
                else if (Stopwatch.GetElapsedTime(movedAt) > StallLimit)
                {
                    throw new CommandException(ExitCode.No, $"Nothing has moved for {StallLimit.TotalMinutes:0} minutes: lag {string.Join('/', snapshot.Lags)}, pending {snapshot.Pending}. Logs: {folder.Path}");
                }

                await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        view.Say($"[green]✓[/] All events are durable [grey]after {durable!.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s[/]");
        return durable;
    }

    private async Task<AuditReport> AuditAsync(StoredData data, HubReader hub, CancellationToken cancellationToken)
    {
        AuditReport? report = null;
        await view.StepAsync("Audit: every sequence number exactly once, tail included", async () =>
        {
            var sources = new AuditSources(data.ReadProgressAsync, new BlobSegmentCatalog(data), hub.ReadAsync);
            report = await new AuditRun(sources, new AuditOptions(DemoStack.Hub, StartsAtBeginning: true, IsSettled: true), clock)
                .RunAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }).ConfigureAwait(false);
        AuditView.Write(output.Console, report!);
        return report!;
    }

    private static DemoResult Sum(DemoSnapshot last, AuditReport report, long peakMemory)
    {
        var total = report.Total;
        var seconds = last.Elapsed.TotalSeconds;
        return new DemoResult(
            last.Sent, total.Received, total.Written, total.Quarantined, total.Filtered, total.Missing, total.Duplicates, total.OutOfOrder,
            total.Pending, total.Gaps, Math.Round(seconds, 3), Math.Round(total.Received / seconds, 1), Math.Round(peakMemory / 1e6, 1));
    }

    /// <returns>Whether every broken event was quarantined for the reason it was broken for.</returns>
    private async Task<bool> LookIntoLakeAsync(StoredData data, DemoFolder folder, CancellationToken cancellationToken)
    {
        await view.StepAsync("Download the lake", async () =>
            $"{await LakeCopy.DownloadAsync(data, folder.Path, cancellationToken).ConfigureAwait(false)} Parquet segments").ConfigureAwait(false);
        if (Directory.Exists(folder.File("lake/routes")))
        {
            view.Query("DuckDB: where flights are late, by the looked-up city", LakeQuery.Run(folder.Path, LakeQuery.DelayByCity));
        }

        var reasons = LakeQuery.Run(folder.Path, LakeQuery.ReasonByKind);
        view.Query("DuckDB: what became of the broken events", reasons);
        var surprises = BrokenEvents.Compare(reasons.Rows.Select(r => (Kind: r[0], Code: r[1], Events: long.Parse(r[3], CultureInfo.InvariantCulture))));
        foreach (var surprise in surprises)
        {
            view.Say($"[red]{Markup.Escape(surprise)}[/]");
        }

        return surprises.Count == 0;
    }

    private void Farewell(DemoResult result, DemoStack stack, DemoFolder folder)
    {
        view.Say(result.IsComplete(options)
            ? "[green]Every event sent is accounted for exactly once.[/]"
            : "[red]Not every event sent is accounted for.[/]");
        view.Say("Parquet files, in lake and quarantine, and the logs of all processes:");
        view.Lines(folder.Path);
        view.Say("Next: streams.json and schemas/ are what you would edit; docs/streams.md says how");
        if (options.Keep)
        {
            view.Say("Left running, so that you can send, look and kill by yourself. The settings, for your own programs:");
            view.Lines([.. stack.FunctionAppSettings().Where(s => s.Key is "EventHub" or "TelemetryHub" or "Data").Select(s => $"{s.Key}={s.Value}")]);
            view.Say("To audit again, and to stop:");
            view.Lines(
                $"dotnet run --project tools/Ingest.Cli -- audit --event-hub \"{stack.EventHub}\" --data \"{stack.Storage}\"",
                OperatingSystem.IsWindows()
                    ? $"taskkill /T /F {string.Join(' ', stack.Processes.Select(p => $"/PID {p.Id}"))}"
                    : $"kill {string.Join(' ', stack.Processes.Select(p => p.Id))}");
            stack.Release();
        }
    }
}
