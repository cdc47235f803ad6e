using System.Diagnostics;
using System.Globalization;
using Ingest.Cli.Audit;
using Ingest.Cli.Chaos.Plan;
using Ingest.Cli.Chaos.Producer;
using Ingest.Cli.Demo;
using Ingest.Cli.Processes;
using Ingest.Cli.Settings;
using Ingest.Cli.Terminal;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Cli.Chaos;

/// <summary>Sends events while everything around the function apps breaks, and then counts.</summary>
public sealed class ChaosRun(ChaosOptions options, Output output, TimeProvider clock)
{
    private const long MaxLag = 400_000;
    private const long KeptInHub = 100_000;

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    // Three rounds of the sweeper (a skipped tail must stand still for a minute), the four seconds that the host waits at most before it tries again, and the backlog itself.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(5);

    private static readonly LookupDefinition DeviceLookup = new("devices", "Devices", TimeSpan.FromMinutes(5));

    // A run of minutes cannot wait for time-outs of one, nor for tails to stand still for five; everything else stands at its default.
    private static readonly Dictionary<string, string> AppSettings = new()
    {
        ["Ingest__Storage__NetworkTimeout"] = "00:00:05",
        ["Ingest__Delivery__TailRepairAfter"] = "00:01:00",
        ["AzureFunctionsJobHost__functionTimeout"] = ChaosPlan.LongestFunction.ToString("c", CultureInfo.InvariantCulture),
    };

    private readonly ChaosView view = new(output, options);
    private readonly string repository = Repository.FindRoot();

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new CommandException(ExitCode.CannotBeDone, "The chaos run halts processes with SIGSTOP, which Windows does not have.");
        }

        var plan = ChaosPlan.Create(options.Seed, options.Length, options.Apps, options.Partitions, options.Gap);
        var node = await NodeRuntime.FindAsync(repository, cancellationToken).ConfigureAwait(false);
        await node.InstallModulesAsync(cancellationToken).ConfigureAwait(false);
        view.Say("Building emulator and function app (Release) …");
        await DemoBuild.RunAsync(repository, cancellationToken).ConfigureAwait(false);
        var folder = DemoFolder.Create(repository, clock, "chaos");
        ChaosResult result;
        await using (var stack = new ChaosStack(folder, node, repository, options.Partitions, clock))
        {
            await stack.StartServersAsync(cancellationToken).ConfigureAwait(false);
            await using var data = StoredData.Open(DataSettings.Of(("Data", stack.Storage)));
            await Airports.LoadAsync(data.Lookups, node, cancellationToken).ConfigureAwait(false);
            await data.Lookups.WriteAsync(
                DeviceLookup,
                ChaosEvents.DeviceIds.Select(id => KeyValuePair.Create<string, IReadOnlyDictionary<string, object>>(id, new Dictionary<string, object> { ["site"] = "north", ["model"] = "m1" })),
                cancellationToken).ConfigureAwait(false);
            await stack.StartAppsAsync(options.Apps, AppSettings, cancellationToken).ConfigureAwait(false);
            view.Say($"{options.Apps} function apps, {options.Partitions} partitions, {plan.Count} actions; logs in {folder.Path}");
            result = await BreakAsync(stack, data, plan, folder, cancellationToken).ConfigureAwait(false);
        }

        view.Result(result);
        if (options.Write is { } target)
        {
            await ChaosReport.WriteAsync(target, options, plan, result, clock, cancellationToken).ConfigureAwait(false);
        }

        output.WriteResult(result);
        if (result.IsClean)
        {
            // Gigabytes that nobody will look at; the logs stay.
            Directory.Delete(folder.File("azurite"), recursive: true);
        }

        return result.IsClean ? ExitCode.Fine : ExitCode.No;
    }

    private async Task<ChaosResult> BreakAsync(ChaosStack stack, StoredData data, IReadOnlyList<ChaosAction> plan, DemoFolder folder, CancellationToken cancellationToken)
    {
        await using var hub = HubReader.FromConnectionString(stack.EventHub, DemoStack.Hub, DemoStack.ConsumerGroup);
        var watch = new ChaosWatch(data, hub);
        var started = Stopwatch.GetTimestamp();
        long received = 0;
        ChaosProducer? producer = null;
        producer = new ChaosProducer(
            stack.EventHub, options.Partitions, options.Rate, new ChaosEvents(options.Seed, clock.GetUtcNow()),
            () => producer!.Counts.Accepted - Volatile.Read(ref received) < MaxLag);
        using var sendingEnds = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = producer.RunAsync(sendingEnds.Token);
        var conductor = new ChaosConductor(stack, plan, view.Action);
        var breaking = conductor.RunAsync(failed.Token);
        try
        {
            while (!breaking.IsCompleted || Stopwatch.GetElapsedTime(started) < options.Length)
            {
                await Task.Delay(TickInterval, cancellationToken).ConfigureAwait(false);
                await ReviveAsync(stack, cancellationToken).ConfigureAwait(false);
                if (await watch.TryTakeAsync(withPending: false, cancellationToken).ConfigureAwait(false) is { } snapshot)
                {
                    Volatile.Write(ref received, snapshot.Received);
                    await TrimAsync(stack, snapshot, cancellationToken).ConfigureAwait(false);
                    view.Progress(Stopwatch.GetElapsedTime(started), producer.Counts, snapshot, PeakOf(stack));
                }
            }
        }
        finally
        {
            await sendingEnds.CancelAsync().ConfigureAwait(false);
            if (!breaking.IsCompleted)
            {
                await failed.CancelAsync().ConfigureAwait(false);
            }

            await sending.ConfigureAwait(false);
            await breaking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await breaking.ConfigureAwait(false);
        var faultsEnded = Stopwatch.GetTimestamp();
        view.Say("All faults have ended; waiting until everything is durable and visible.");
        await stack.LateRequestsAsync().ConfigureAwait(false);
        TimeSpan? recovery = await SettleAsync(stack, watch, producer, started, faultsEnded, cancellationToken).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var report = await new AuditRun(
            new AuditSources(data.ReadProgressAsync, new BlobSegmentCatalog(data), hub.ReadAsync),
            new AuditOptions(DemoStack.Hub, StartsAtBeginning: true, IsSettled: true), clock).RunAsync(cancellationToken).ConfigureAwait(false);
        AuditView.Write(output.Console, report);
        var sent = (await hub.ReadAsync(cancellationToken).ConfigureAwait(false)).Sum(p => p.Last + 1);
        var total = report.Total;
        var logs = await ChaosLogs.ReadAsync(folder.Path, cancellationToken).ConfigureAwait(false);
        return new ChaosResult(
            options.Seed, options.Minutes, sent, total.Received, total.Written, total.Quarantined, total.Filtered, total.Missing, total.Duplicates,
            total.Pending, stack.Apps.Sum(a => a.Kills), total.Uncommitted, total.Absent, conductor.CarriedOut,
            stack.BlobFaults.Hit + stack.TableFaults.Hit, stack.Apps.Sum(a => a.UnexpectedExits), logs.FunctionTimeouts, logs.BatchesSkipped,
            recovery?.TotalSeconds is { } r ? Math.Round(r, 1) : null,
            Math.Round(seconds, 1), Math.Round(total.Received / seconds, 1), Math.Round(PeakOf(stack) / 1e6, 1), ProblemsOf(producer.Counts, sent, total));
    }

    private async Task<TimeSpan?> SettleAsync(
        ChaosStack stack, ChaosWatch watch, ChaosProducer producer, long started, long faultsEnded, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetElapsedTime(faultsEnded) < SettleLimit)
        {
            await ReviveAsync(stack, cancellationToken).ConfigureAwait(false);
            if (await watch.TryTakeAsync(withPending: true, cancellationToken).ConfigureAwait(false) is { } snapshot)
            {
                view.Progress(Stopwatch.GetElapsedTime(started), producer.Counts, snapshot, PeakOf(stack));
                if (snapshot.IsSettled)
                {
                    return Stopwatch.GetElapsedTime(faultsEnded);
                }
            }

            await Task.Delay(TickInterval / 5, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>What the audit cannot see: what the producer knows it sent, and that no outage was taken for bad events.</summary>
    private static List<string>? ProblemsOf(SendCounts counts, long sent, AuditCounts total)
    {
        var problems = new List<string>();
        if (sent < counts.Accepted || sent > counts.Accepted + counts.InDoubt)
        {
            problems.Add($"The hub holds {sent} events, and the producer had {counts.Accepted} accepted and {counts.InDoubt} in doubt.");
        }

        if (total.Quarantined < counts.Broken || total.Quarantined > counts.Broken + counts.BrokenInDoubt)
        {
            problems.Add($"{total.Quarantined} events are in quarantine, and {counts.Broken} broken ones were accepted, {counts.BrokenInDoubt} more are in doubt.");
        }

        return problems.Count == 0 ? null : problems;
    }

    private static async Task ReviveAsync(ChaosStack stack, CancellationToken cancellationToken)
    {
        stack.ThrowIfServersExited();
        foreach (var app in stack.Apps)
        {
            await app.TryReviveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task TrimAsync(ChaosStack stack, ChaosSnapshot snapshot, CancellationToken cancellationToken)
    {
        // What is durable is not read again; without this the emulator would hold a long run in memory, and at its limit drop unread events.
        for (var partition = 0; partition < snapshot.Durable.Count; partition++)
        {
            if (snapshot.Durable[partition] - KeptInHub is > 0 and var first)
            {
                await stack.Control.SendAsync(string.Create(CultureInfo.InvariantCulture, $"trim {DemoStack.Hub} {partition} {first}"), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static long PeakOf(ChaosStack stack) => stack.Apps.Max(a => a.PeakMemory);
}
