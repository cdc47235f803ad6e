using System.Text.Json;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Storage.Blobs;
using Ingest.Emulator;
using Ingest.LocalWorker.Application;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.LocalWorker.Http;
using Ingest.LocalWorker.Invocation;
using Ingest.Testing;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ingest.LocalWorker.Tests;

/// <summary>
/// A function app in this process, made of chosen function classes, with a hub, settings and a host.json of its own. Load balancing is
/// quick; the hub belongs to <see cref="Hub"/>.
/// </summary>
internal sealed class LocalApp : IAsyncDisposable
{
    private readonly IHost host;
    private readonly string directory;

    private LocalApp(IHost host, string directory)
    {
        this.host = host;
        this.directory = directory;
    }

    public IServiceProvider Services => host.Services;

    public static async Task<LocalApp> StartAsync(
        IReadOnlyList<Type> functions,
        IReadOnlyDictionary<string, string?>? settings = null,
        string hostJson = "{}",
        Action<FunctionsApplicationBuilder>? configure = null)
    {
        var app = Build(functions, settings, hostJson, configure);
        await app.host.StartAsync();
        return app;
    }

    public static LocalApp Build(
        IReadOnlyList<Type> functions,
        IReadOnlyDictionary<string, string?>? settings = null,
        string hostJson = "{}",
        Action<FunctionsApplicationBuilder>? configure = null)
    {
        var directory = Directory.CreateTempSubdirectory("local-app-").FullName;
        File.WriteAllText(Path.Combine(directory, "host.json"), hostJson);
        var values = new Dictionary<string, string?>
        {
            ["FUNCTIONS_HTTP_PORT"] = "0",
            ["LocalWorker__LoadBalancingInterval"] = "00:00:00.100",
            ["LocalWorker__OwnershipExpiration"] = "00:00:05",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            values[name] = value;
        }

        File.WriteAllText(Path.Combine(directory, "local.settings.json"), JsonSerializer.Serialize(new { IsEncrypted = false, Values = values }));
        var builder = new FunctionsApplicationBuilder([], new FunctionSource("Local.App", functions, directory));
        configure?.Invoke(builder);
        return new LocalApp(builder.Build(), directory);
    }

    /// <summary>Where HTTP functions are served.</summary>
    public Uri HttpAddress => Services.GetServices<IHostedService>().OfType<TriggerHost>().Single()
        .Listeners.OfType<HttpTriggerListener>().Single().Address;

    public Task StopAsync() => host.StopAsync();

    public Task WhenStopped => host.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}

/// <summary>A hub of its own in an emulator, with the settings of an app that reads it.</summary>
internal sealed class HubUnderTest : IAsyncDisposable
{
    private readonly AzuriteFixture azurite;
    private readonly string storage;

    private HubUnderTest(EventHubsEmulator emulator, string name, AzuriteFixture azurite)
    {
        Emulator = emulator;
        Name = name;
        this.azurite = azurite;
        storage = azurite.ConnectionString;
    }

    public EventHubsEmulator Emulator { get; }

    public string Name { get; }

    public EmulatedHub Hub => Emulator.GetHub(Name);

    public Dictionary<string, string?> Settings => new()
    {
        ["AzureWebJobsStorage"] = storage,
        ["EventHub"] = Emulator.ConnectionString,
        ["Hub"] = Name,
        ["Group"] = "readers",
    };

    public PartitionStore Store => new(
        new BlobContainerClient(azurite.ConnectionString, PartitionStore.ContainerName, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06)),
        EventHubEndpoint.FromConnectionString(Emulator.ConnectionString, Name),
        "readers");

    public static async Task<HubUnderTest> StartAsync(AzuriteFixture azurite, int partitions = 1)
    {
        // The hub's name keeps the tests' blobs apart.
        var name = "hub-" + Guid.NewGuid().ToString("N");
        var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions(name, partitions)] });
        var hub = new HubUnderTest(emulator, name, azurite);
        await hub.Store.EnsureExistsAsync(CancellationToken.None);
        return hub;
    }

    public void Append(int partition, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Hub[partition].Append("{}"u8);
        }
    }

    /// <summary>Appends one event and tells whether the function has seen any.</summary>
    public bool AppendAndCount(Script script)
    {
        Append(0, 1);
        return script.HasMore;
    }

    /// <summary>Receives so many events of partition 0 in a consumer group of its own.</summary>
    public async Task ReceiveElsewhereAsync(int count)
    {
        await using var receiver = new PartitionReceiver("elsewhere", "0", EventPosition.Earliest, Emulator.ConnectionString, Name);
        for (var received = 0; received < count;)
        {
            received += (await receiver.ReceiveBatchAsync(count, TimeSpan.FromSeconds(10))).Count();
        }
    }

    /// <summary>The sequence number of the checkpoint; null without one.</summary>
    public async Task<long?> CheckpointAsync(string partition = "0") =>
        (await Store.ReadCheckpointAsync(partition, CancellationToken.None))?.SequenceNumber;

    public ValueTask DisposeAsync() => Emulator.DisposeAsync();
}
