using System.Globalization;
using System.Text.RegularExpressions;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Demo;

/// <summary>
/// The demo's processes: Azurite, the emulator, the function app. Each listens on a port the system gives it, so that a port
/// in use is never met. Whatever was started is stopped by its id on disposal, in reverse order.
/// </summary>
public sealed partial class DemoStack(DemoFolder folder, NodeRuntime node, string repository, DemoOptions options) : IAsyncDisposable
{
    public const string Hub = "telemetry";
    public const string ConsumerGroup = "ingest";
    private const string AzuriteAccount = "devstoreaccount1";

    // Azurite's well-known key, printed in its documentation: no secret.
    private const string AzuriteKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly List<ChildProcess> running = [];
    private ChildProcess? functionApp;
    private int appStarts;
    private long peakMemory;

    /// <summary>Connection string of the data storage.</summary>
    public string Storage { get; private set; } = "";

    /// <summary>Connection string of the emulator.</summary>
    public string EventHub { get; private set; } = "";

    /// <summary>Greatest resident memory of the function app so far, over all restarts, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            peakMemory = Math.Max(peakMemory, functionApp?.PeakMemory() ?? 0);
            return peakMemory;
        }
    }

    public IReadOnlyList<ChildProcess> Processes => running;

    public async Task StartAzuriteAsync(CancellationToken cancellationToken)
    {
        var azurite = Start(
            "Azurite", node.Executable,
            [
                node.ModulePath("azurite", "dist", "src", "azurite.js"), "--location", folder.Create("azurite"), "--silent", "--skipApiVersionCheck",
                "--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort", "0", "--queueHost", "127.0.0.1", "--queuePort", "0", "--tableHost", "127.0.0.1", "--tablePort", "0",
            ],
            new Dictionary<string, string>(), "azurite.log");
        var ports = await azurite.WaitUntilAsync(
            async token =>
            {
                var log = await azurite.ReadLogAsync(token).ConfigureAwait(false);
                var found = AzuriteListens().Matches(log).ToDictionary(m => m.Groups["service"].Value, m => m.Groups["port"].Value);
                return found.Count == 3 ? found : null;
            },
            StartPatience, cancellationToken).ConfigureAwait(false);
        Storage = string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName={AzuriteAccount};AccountKey={AzuriteKey};BlobEndpoint=http://127.0.0.1:{ports["Blob"]}/{AzuriteAccount};QueueEndpoint=http://127.0.0.1:{ports["Queue"]}/{AzuriteAccount};TableEndpoint=http://127.0.0.1:{ports["Table"]}/{AzuriteAccount};");
    }

    public async Task StartEmulatorAsync(CancellationToken cancellationToken)
    {
        var emulator = Start(
            "Event Hubs emulator", "dotnet",
            [Built("tools", "Ingest.Emulator"), "--port", "0", "--hub", string.Create(CultureInfo.InvariantCulture, $"{Hub}:{options.Partitions}")],
            new Dictionary<string, string>(), "emulator.log");
        EventHub = await emulator.WaitUntilAsync(
            async token => ConnectionString().Match(await emulator.ReadLogAsync(token).ConfigureAwait(false)) is { Success: true } m ? m.Value : null,
            StartPatience, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts the function app and waits until it reads every partition, so that sending meets no cold start.</summary>
    public Task StartFunctionAppAsync(CancellationToken cancellationToken) => StartFunctionAppAsync(
        log => ReadsPartition().Matches(log).Select(m => m.Groups[1].Value).Distinct().Count() == options.Partitions, cancellationToken);

    private async Task StartFunctionAppAsync(Func<string, bool> isReady, CancellationToken cancellationToken)
    {
        var log = string.Create(CultureInfo.InvariantCulture, $"function-app-{++appStarts}.log");
        functionApp = Start("function app", "dotnet", [Built("functions", "Ingest.Functions")], FunctionAppSettings(), log);
        var app = functionApp;
        await app.WaitUntilAsync(
            async token => await app.ReadLogAsync(token).ConfigureAwait(false) is var text && isReady(text) ? text : null,
            StartPatience, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills the function app as a crash would, and starts it again.</summary>
    public async Task CrashFunctionAppAsync(CancellationToken cancellationToken)
    {
        _ = PeakMemory;
        var victim = functionApp ?? throw new InvalidOperationException("The function app was not started.");
        await victim.KillAsync().ConfigureAwait(false);
        running.Remove(victim);
        await victim.DisposeAsync().ConfigureAwait(false);

        // The partitions still belong to the killed process until its ownership expires; that wait is part of what is shown.
        await StartFunctionAppAsync(RunsFunctions().IsMatch, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="CommandException">One of them is gone although nobody stopped it.</exception>
    public void ThrowIfAnyExited() => running.ForEach(p => p.ThrowIfExited());

    /// <summary>The settings of the function app, for whoever wants to start it by hand.</summary>
    public IReadOnlyDictionary<string, string> FunctionAppSettings() => new Dictionary<string, string>
    {
        ["EventHub"] = EventHub,
        ["Data"] = Storage,
        ["AzureWebJobsStorage"] = Storage,
        ["TelemetryHub"] = Hub,
        ["ConsumerGroup"] = ConsumerGroup,

        // With underscores, because shells drop variables with dots in their names. The demo has no device hub.
        ["AzureWebJobs__IngestDevices__Disabled"] = "true",
        ["FUNCTIONS_HTTP_PORT"] = "0",

        // As deployed (bicep/main.bicep).
        ["DOTNET_GCgen0size"] = "0x1000000",
    };

    /// <summary>Leaves the processes alone: they go on after this program.</summary>
    public void Release() => running.Clear();

    public async ValueTask DisposeAsync()
    {
        for (var i = running.Count - 1; i >= 0; i--)
        {
            await running[i].DisposeAsync().ConfigureAwait(false);
        }

        running.Clear();
    }

    private ChildProcess Start(string name, string file, string[] arguments, IReadOnlyDictionary<string, string> environment, string log)
    {
        var process = ChildProcess.Start(name, file, arguments, environment, folder.Path, folder.File(log));
        running.Add(process);
        return process;
    }

    private string Built(string area, string project) =>
        Path.Combine(repository, area, project, "bin", "Release", "net10.0", project + ".dll");

    [GeneratedRegex(@"Azurite (?<service>Blob|Queue|Table) service (is successfully listening|successfully listens) (at|on) http://[^:]+:(?<port>\d+)")]
    private static partial Regex AzuriteListens();

    [GeneratedRegex(@"Endpoint=sb://\S+")]
    private static partial Regex ConnectionString();

    [GeneratedRegex(@"reading partition (\d+)")]
    private static partial Regex ReadsPartition();

    [GeneratedRegex(@"Running \d+ functions")]
    private static partial Regex RunsFunctions();
}
