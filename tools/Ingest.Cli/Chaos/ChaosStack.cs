using System.Globalization;
using System.Text.RegularExpressions;
using Ingest.Cli.Chaos.Storage;
using Ingest.Cli.Demo;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Chaos;

/// <summary>
/// The processes of a run: Azurite, the emulator, several function apps; and the proxies between the apps and Azurite. All of them
/// are ended by their id on disposal. Azurite itself is never hurt: what it acknowledged stays.
/// </summary>
public sealed partial class ChaosStack(DemoFolder folder, NodeRuntime node, string repository, int partitions, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    // Between neighbours. Owners of a partition renew every two seconds and expire after six, by the clock of whoever looks: these differ by enough
    // that a partition is now and then taken from an owner that is alive, and not by so much that nothing else happens any more.
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(2);

    private readonly List<ChildProcess> servers = [];
    private readonly List<FunctionAppSlot> apps = [];
    private FaultProxy? blobs;
    private FaultProxy? tables;
    private string proxiedStorage = "";
    private EmulatorControl? control;

    /// <summary>Connection string of the storage itself, past the proxies.</summary>
    public string Storage { get; private set; } = "";

    public string EventHub { get; private set; } = "";

    public IReadOnlyList<FunctionAppSlot> Apps => apps;

    public EmulatorControl Control => control ?? throw new InvalidOperationException("The emulator was not started.");

    public StorageFaults BlobFaults { get; } = new();

    public StorageFaults TableFaults { get; } = new();

    public async Task StartServersAsync(CancellationToken cancellationToken)
    {
        Storage = await AzuriteServer.StartAsync(node, folder.Create("azurite"), StartServer, cancellationToken).ConfigureAwait(false);
        blobs = await FaultProxy.StartAsync(Endpoint("Blob"), BlobFaults, clock, cancellationToken).ConfigureAwait(false);
        tables = await FaultProxy.StartAsync(Endpoint("Table"), TableFaults, clock, cancellationToken).ConfigureAwait(false);
        proxiedStorage = AzuriteServer.ConnectionString(blobs.Address, Endpoint("Queue"), tables.Address);

        var hub = string.Create(CultureInfo.InvariantCulture, $"{DemoStack.Hub}:{partitions}");
        var emulator = await EmulatorServer.StartAsync(
            BuiltProject.Of(repository, "tools", "Ingest.Emulator"), ["--hub", hub, "--partition-cap", "512", "--control-port", "0"], StartServer, cancellationToken)
            .ConfigureAwait(false);
        EventHub = emulator.ConnectionString;
        control = await EmulatorControl.ConnectAsync(emulator, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts the function apps and waits until they run.</summary>
    /// <param name="settings">Beside those that connect it.</param>
    public async Task StartAppsAsync(int count, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(settings)
        {
            ["EventHub"] = EventHub,
            ["Data"] = proxiedStorage,
            ["AzureWebJobsStorage"] = proxiedStorage,
            ["TelemetryHub"] = DemoStack.Hub,
            ["ConsumerGroup"] = DemoStack.ConsumerGroup,
            ["AzureWebJobs__IngestDevices__Disabled"] = "true",
            ["FUNCTIONS_HTTP_PORT"] = "0",
        };
        var assembly = BuiltProject.Of(repository, "functions", "Ingest.Functions");
        for (var i = 0; i < count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"function app {i}");
            var ownEnvironment = new Dictionary<string, string>(environment)
            {
                ["LocalWorker__ClockOffset"] = (ClockStep * ((i % 3) - 1)).ToString("c", CultureInfo.InvariantCulture),
            };
            if (i > 0 && i == count - 1)
            {
                // One host among several moves its checkpoint past whatever fails once.
                ownEnvironment["LocalWorker__GiveUpAfter"] = "0";
            }

            var slot = new FunctionAppSlot(i, log => ChildProcess.Start(name, "dotnet", [assembly], ownEnvironment, folder.Path, folder.File(log)));
            apps.Add(slot);
            slot.Begin();
        }

        await Task.WhenAll(apps.Select(app => app.Process!.WaitUntilAsync(
            async token => await app.Process!.ReadLogAsync(token).ConfigureAwait(false) is var log && RunsFunctions().IsMatch(log) ? log : null,
            StartPatience, cancellationToken))).ConfigureAwait(false);
    }

    /// <exception cref="CommandException">Azurite or the emulator is gone: nothing can be proved any more.</exception>
    public void ThrowIfServersExited() => servers.ForEach(s => s.ThrowIfExited());

    /// <summary>Resets all connections between the apps and storage.</summary>
    /// <param name="service">0 blobs, 1 tables, 2 both.</param>
    public void DropStorageConnections(int service)
    {
        if (service != 1)
        {
            blobs!.DropConnections();
        }

        if (service != 0)
        {
            tables!.DropConnections();
        }
    }

    /// <summary>Completes when no late request is on its way any more.</summary>
    public Task LateRequestsAsync() => Task.WhenAll(blobs!.LateRequestsAsync(), tables!.LateRequestsAsync());

    public async ValueTask DisposeAsync()
    {
        foreach (var app in apps)
        {
            await app.DisposeAsync().ConfigureAwait(false);
        }

        control?.Dispose();
        foreach (var proxy in new[] { blobs, tables })
        {
            if (proxy is not null)
            {
                await proxy.DisposeAsync().ConfigureAwait(false);
            }
        }

        for (var i = servers.Count - 1; i >= 0; i--)
        {
            await servers[i].DisposeAsync().ConfigureAwait(false);
        }
    }

    private ChildProcess StartServer(ProcessToStart what)
    {
        var process = ChildProcess.Start(what.Name, what.File, what.Arguments, what.Environment, folder.Path, folder.File(what.Log));
        servers.Add(process);
        return process;
    }

    private Uri Endpoint(string service)
    {
        var text = Storage.Split(';').Single(p => p.StartsWith(service + "Endpoint=", StringComparison.Ordinal))[(service.Length + "Endpoint=".Length)..];
        return new Uri(new Uri(text).GetLeftPart(UriPartial.Authority) + "/");
    }

    [GeneratedRegex(@"Running \d+ functions")]
    private static partial Regex RunsFunctions();
}
