using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Ingest.Cli;
using Ingest.Emulator;
using Ingest.Pipeline;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage;
using Ingest.Storage.Progress;
using Ingest.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>One Azurite for all delivery tests; each has its own containers, tables and hub.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "live";
}

/// <summary>The app's own services over an emulated hub and Azurite, one partition unless asked for more, and the command line beside them.</summary>
public sealed class LiveApp : IAsyncDisposable
{
    public const string Hub = "telemetry";

    private readonly string folder = Directory.CreateTempSubdirectory("live-app-").FullName;
    private ServiceProvider services;

    private LiveApp(EventHubsEmulator emulator, Azurite azurite)
    {
        Emulator = emulator;
        var suffix = Guid.NewGuid().ToString("N")[..12];
        File.WriteAllText(Path.Combine(folder, "schema.json"), """{ "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } }""");
        File.WriteAllText(Path.Combine(folder, "streams.json"), """
            { "streams": [
              { "name": "odd", "when": { "property:type": "odd" }, "format": "json", "schema": "schema.json" },
              { "name": "even", "when": { "property:type": "even" }, "format": "json", "schema": "schema.json" },
              { "name": "named", "when": { "property:type": "named" }, "format": "json", "schema": "schema.json", "id": "/n" } ] }
            """);
        Settings = new Dictionary<string, string?>
        {
            ["EventHub"] = emulator.ConnectionString,
            ["TelemetryHub"] = Hub,
            ["ConsumerGroup"] = "ingest",
            ["Data"] = azurite.ConnectionString,
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Ingest__Streams"] = Path.Combine(folder, "streams.json"),
            ["Ingest__Storage__LakeContainer"] = "lake" + suffix,
            ["Ingest__Storage__QuarantineContainer"] = "quarantine" + suffix,
            ["Ingest__Storage__ProgressTable"] = "Progress" + suffix,
            ["Ingest__Storage__QuarantineTable"] = "Quarantine" + suffix,
        };
        services = Build();
    }

    public Dictionary<string, string?> Settings { get; }

    public EventHubsEmulator Emulator { get; }

    public EmulatedPartition Partition => Emulator.GetHub(Hub)[0];

    public PartitionId Id { get; } = new("localhost", Hub, 0);

    public IngestPipeline Pipeline => services.GetRequiredService<IngestPipeline>();

    public EventHubLog Log => services.GetRequiredService<EventHubLog>();

    public DeliveryOptions Options => services.GetRequiredService<DeliveryOptions>();

    public TableProgressStore Progress => services.GetRequiredService<TableProgressStore>();

    public BlobServiceClient Blobs => services.GetRequiredService<StorageClients>().Blobs;

    public TableClient ProgressTable => services.GetRequiredService<StorageClients>().Tables.GetTableClient(Settings["Ingest__Storage__ProgressTable"]);

    /// <param name="hubClock">Clock of creation and enqueued times; null: the system's.</param>
    public static async Task<LiveApp> StartAsync(AzuriteFixture azurite, int partitions = 1, TimeProvider? hubClock = null) => new(
        await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions(Hub, partitions)], TimeProvider = hubClock ?? TimeProvider.System }), azurite.Azurite);

    /// <summary>Registers the app's services as its Program does.</summary>
    public IServiceCollection Configure(IServiceCollection into)
    {
        var settings = Settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), s.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return into.AddSingleton<IConfiguration>(configuration).AddIngest(configuration);
    }

    /// <summary>Another instance of the app, with nothing in memory.</summary>
    public async Task RestartAsync()
    {
        await services.DisposeAsync();
        services = Build();
    }

    /// <summary>Appends an event of the stream <c>named</c>, whose id is <paramref name="n"/>.</summary>
    public void AppendNamed(int n) => Partition.Append(
        Encoding.UTF8.GetBytes($$"""{"n":{{n}}}"""), applicationProperties: new Dictionary<string, object> { ["type"] = "named" }, contentType: "application/json");

    public void Append(int count, int bytes = 0, int partition = 0)
    {
        var log = Emulator.GetHub(Hub)[partition];
        for (var i = 0; i < count; i++)
        {
            var n = log.LastSequenceNumber + 1;
            log.Append(
                Encoding.UTF8.GetBytes($$"""{"n":{{n}},"filler":"{{new string('x', bytes)}}"}"""),
                applicationProperties: new Dictionary<string, object> { ["type"] = n % 2 == 0 ? "even" : "odd" }, contentType: "application/json");
        }
    }

    /// <summary>Delivers what the hub has of these numbers, as the trigger would.</summary>
    public async Task<BatchReceipt> DeliverAsync(long first, long last)
    {
        var events = new List<IncomingEvent>();
        while (events.Count == 0 || events[^1].SequenceNumber < last)
        {
            var next = events.Count == 0 ? first : events[^1].SequenceNumber + 1;
            events.AddRange(await Log.ReadAsync(Id, next, null, (int)(last - next + 1), long.MaxValue, default));
        }

        return await Pipeline.ProcessAsync(new EventBatch(Id, events.ToArray()), default);
    }

    public Task SweepAsync() => Pipeline.SweepAsync(Id, default);

    public async Task<PartitionProgress> RowAsync() => (await Progress.ReadAsync(Id, default))!;

    /// <summary>Deletes the progress row, and forgets it as another instance would never have known it.</summary>
    public async Task LoseRowAsync()
    {
        await foreach (var row in ProgressTable.QueryAsync<TableEntity>())
        {
            await ProgressTable.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        }

        await RestartAsync();
    }

    /// <summary>Takes back the publication of one of the segments that the row names as pending, as if it had never happened.</summary>
    public async Task HideAsync(Func<SegmentName, bool> which)
    {
        var name = (await RowAsync()).Pending.Select(path => SegmentName.TryParse(path)!).First(which);
        await Blobs.GetBlobContainerClient(name.Container).GetBlobClient(name.BlobName).DeleteAsync();
    }

    /// <summary>Runs <c>ingest</c> beside the app; answers its exit code and its JSON, or what it said instead.</summary>
    public async Task<(int ExitCode, JsonElement Json, string Error)> IngestAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var before = Settings.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        foreach (var (name, value) in Settings)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        try
        {
            var exit = await CommandLine.RunAsync([.. arguments, "--json"], output, error, TimeProvider.System, default);
            var json = output.ToString().Trim();
            return (exit, json.Length == 0 ? default : JsonDocument.Parse(json).RootElement, error.ToString());
        }
        finally
        {
            foreach (var (name, value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    /// <summary>Fails unless every event that the hub ever had since the row began is at rest exactly once or on record as absent.</summary>
    public async Task AssertAuditAsync()
    {
        var (exit, json, error) = await IngestAsync("audit", "--settled");
        Assert.True(exit == ExitCode.Fine, $"{json} {error}");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Emulator.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private ServiceProvider Build() => Configure(new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning))).BuildServiceProvider();
}
