using System.Text;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Cli.Audit;
using Ingest.Cli.Settings;
using Ingest.Emulator;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage;
using Ingest.Testing;
using Ingest.Testing.Emulators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Cli.Tests.Quarantine;

/// <summary>A hub of its own in the emulator, with refused records in the quarantine of Azurite, and the command line beside both.</summary>
public sealed class QuarantineWorld : IAsyncDisposable
{
    /// <summary>When event 0 was enqueued; each following one a minute later.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    private readonly AzuriteFixture azurite;
    private readonly EmulatorFixture emulator;
    private readonly ServiceProvider services;

    private QuarantineWorld(AzuriteFixture azurite, EmulatorFixture emulator)
    {
        (this.azurite, this.emulator) = (azurite, emulator);
        Hub = emulator.Emulator.CreateHub(new HubOptions("hub-" + Guid.NewGuid().ToString("N")[..12], 1));
        services = new ServiceCollection()
            .AddIngestStorage(DataSettings.Of(("Data", azurite.ConnectionString)), _ => Array.Empty<StreamDefinition>()).BuildServiceProvider();
        Stored = StoredData.Open(DataSettings.Of(("Data", azurite.ConnectionString)));
        StoredEarlier = StoredData.Open(DataSettings.Of(("Data", azurite.ConnectionString)), new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-1)));
    }

    public static QuarantineWorld Create(AzuriteFixture azurite, EmulatorFixture emulator) => new(azurite, emulator);

    public EmulatedHub Hub { get; }

    public StoredData Stored { get; }

    /// <summary>The same an hour ago.</summary>
    public StoredData StoredEarlier { get; }

    public PartitionId Partition => new("ns", Hub.Name, 0);

    public static QuarantinedRecord Refused(
        long sequence, string body = """{"n":1}""", FaultCode code = FaultCode.Schema, string? stream = "telemetry", int index = 0, bool whole = true,
        IDictionary<string, object>? properties = null, IReadOnlyDictionary<string, object>? system = null, string? key = null, string? contentType = "application/json") =>
        new(
            new IncomingEvent
            {
                Body = Encoding.UTF8.GetBytes(body),
                SequenceNumber = sequence,
                EnqueuedUnixMs = Start.AddMinutes(sequence).ToUnixTimeMilliseconds(),
                PartitionKey = key,
                ContentType = contentType,
                Properties = properties,
                SystemProperties = system,
            },
            index, Encoding.UTF8.GetBytes(body), whole, new Fault(FaultStage.Validate, code, $"Detail of {sequence}.", "/n"), stream, sequence);

    /// <summary>Publishes the records as the app does: a segment an hour, and its summary.</summary>
    public async Task QuarantineAsync(params QuarantinedRecord[] records)
    {
        foreach (var hour in records.GroupBy(r => SegmentName.HourOf(r.Event.EnqueuedUnixMs)))
        {
            await QuarantineAsync(Partition, [.. hour], withSummary: true);
        }
    }

    public async Task QuarantineAsync(PartitionId partition, QuarantinedRecord[] records, bool withSummary)
    {
        var context = new SegmentContext(partition, 1, Start.AddDays(1).ToUnixTimeMilliseconds());
        var name = new SegmentName(
            "quarantine", "", SegmentName.HourOf(records[0].Event.EnqueuedUnixMs), partition.Hub, partition.Number, 1, records.Min(r => r.Event.SequenceNumber),
            records.Max(r => r.LastSequence), Guid.NewGuid().ToString("N"));
        var quarantine = services.GetRequiredService<IQuarantine>();
        await quarantine.StageAsync(name, records, context, default);
        if (withSummary)
        {
            await quarantine.SummarizeAsync(name, records, context, default);
        }

        await services.GetRequiredService<ISegmentStore>().PublishAsync(name.ToString(), default);
    }

    /// <summary>Runs <c>ingest quarantine …</c> for this hub alone.</summary>
    public async Task<(int Code, string Output, string Error)> RunAsync(string command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] stores = command == "replay" ? ["--data", azurite.ConnectionString, "--event-hub", emulator.ConnectionString] : ["--data", azurite.ConnectionString];
        string[] filter = command == "show" ? [] : ["--hub", Hub.Name];
        var code = await CommandLine.RunAsync(["quarantine", command, .. arguments, .. stores, .. filter], output, error, TimeProvider.System, default);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>The same with <c>--json</c>; the output must be one line.</summary>
    public async Task<(int Code, JsonElement Json)> JsonAsync(string command, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(command, [.. arguments, "--json"]);
        Assert.True(output.Length > 0, error);
        Assert.Equal(1, output.Count(c => c == '\n'));
        return (code, JsonDocument.Parse(output).RootElement);
    }

    /// <summary>Everything in the hub's log.</summary>
    public async Task<List<EventData>> SentAsync()
    {
        var count = Hub[0].LastSequenceNumber + 1;
        var events = new List<EventData>();
        await using var receiver = new PartitionReceiver("$Default", "0", EventPosition.Earliest, emulator.ConnectionString, Hub.Name);
        while (events.Count < count)
        {
            events.AddRange(await receiver.ReceiveBatchAsync(100, TimeSpan.FromSeconds(10)));
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Stored.DisposeAsync();
        await StoredEarlier.DisposeAsync();
    }
}
