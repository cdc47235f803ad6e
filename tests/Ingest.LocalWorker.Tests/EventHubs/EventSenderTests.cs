using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Emulator;
using Ingest.LocalWorker.EventHubs;
using Ingest.Testing.Emulators;

namespace Ingest.LocalWorker.Tests.EventHubs;

public sealed class EventSenderTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_section_arrives_with_its_types()
    {
        var hub = Hub();
        var sent = new OutgoingEvent
        {
            Body = new byte[] { 0, 1, 255 },
            PartitionKey = "key-1",
            Properties = new Dictionary<string, object?>
            {
                ["text"] = "x", ["flag"] = true, ["int"] = 5, ["long"] = 5L, ["double"] = 0.5, ["uint"] = 7u, ["char"] = 'ß', ["bytes"] = new byte[] { 1, 2 },
                ["uuid"] = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), ["at"] = new DateTime(2026, 11, 23, 6, 0, 0, DateTimeKind.Utc),
                ["span"] = TimeSpan.FromSeconds(3), ["uri"] = new Uri("https://contoso.com/"), ["offset"] = DateTimeOffset.UnixEpoch,
            },
            Section = new Dictionary<string, object?>
            {
                ["message-id"] = "m-1", ["correlation-id"] = "c-1", ["content-type"] = "application/json", ["content-encoding"] = "gzip", ["subject"] = "s",
                ["group-sequence"] = 3u, ["user-id"] = new byte[] { 9 },
            },
            Annotations = new Dictionary<string, object?> { ["my-note"] = "n" },
        };
        await using var sender = Sender(hub);

        Assert.Equal(new SendResult(SendOutcome.Accepted, null), await sender.SendAsync(sent, default));

        var received = Assert.Single(await ReadAsync(hub, 1));
        Assert.Equal(sent.Body.ToArray(), received.Body.ToArray());
        Assert.Equal(("key-1", "application/json", "m-1", "c-1"), (received.PartitionKey, received.ContentType, received.MessageId, received.CorrelationId));
        Assert.Equal(sent.Properties.OrderBy(p => p.Key, StringComparer.Ordinal), received.Properties.Select(p => KeyValuePair.Create(p.Key, (object?)p.Value)).OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal("gzip", received.SystemProperties["content-encoding"]);
        Assert.Equal("n", received.SystemProperties["my-note"]);
        Assert.Equal(3u, received.SystemProperties["group-sequence"]);
    }

    [Fact]
    public async Task Events_sent_in_parallel_all_arrive_once_and_in_their_order()
    {
        var hub = Hub();
        await using var sender = Sender(hub);

        var results = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => sender.SendAsync(Event(i), default)));

        Assert.All(results, r => Assert.Equal(SendOutcome.Accepted, r.Outcome));
        Assert.Equal(Enumerable.Range(0, 1000).Order(), (await ReadAsync(hub, 1000)).Select(e => (int)e.Properties["i"]).Order());
    }

    [Fact]
    public async Task What_the_hub_says_no_to_is_refused_and_a_busy_hub_is_asked_again()
    {
        var hub = Hub();
        await using var sender = Sender(hub);
        fixture.Emulator.Faults.RejectSends("amqp:not-allowed", 1, hub.Name);
        var refused = await sender.SendAsync(Event(1), default);
        fixture.Emulator.Faults.RejectSends("com.microsoft:server-busy", 2, hub.Name);
        var busy = await sender.SendAsync(Event(2), default);

        Assert.Equal((SendOutcome.Refused, SendOutcome.Accepted), (refused.Outcome, busy.Outcome));
        Assert.Contains("amqp:not-allowed", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(await ReadAsync(hub, 1)).Properties["i"]);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_before_it_is_sent()
    {
        var hub = Hub();
        await using var sender = Sender(hub);

        var tooLarge = await sender.SendAsync(new OutgoingEvent { Body = new byte[2 << 20] }, default);
        var unknownType = await sender.SendAsync(new OutgoingEvent { Body = default, Properties = new Dictionary<string, object?> { ["n"] = 1.5m } }, default);

        Assert.Equal((SendOutcome.Refused, SendOutcome.Refused), (tooLarge.Outcome, unknownType.Outcome));
        Assert.Contains("the hub takes at most", tooLarge.Reason, StringComparison.Ordinal);
        Assert.Contains("The property n has the type Decimal", unknownType.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_ends_before_the_answer_leaves_the_outcome_unknown_and_the_next_event_goes_over_a_new_one()
    {
        var hub = Hub();
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions(hub.Name, 1)] });
        await using var sender = EventSender.FromConnectionString(emulator.ConnectionString, hub.Name, TimeProvider.System);
        Assert.Equal(SendOutcome.Accepted, (await sender.SendAsync(Event(0), default)).Outcome);
        emulator.Faults.Latency = TimeSpan.FromSeconds(20);
        var sending = sender.SendAsync(Event(1), default);
        await Eventually.TrueAsync(() => Task.FromResult(emulator.GetHub(hub.Name)[0].LastSequenceNumber), last => last == 1);

        emulator.Faults.DropConnections();
        emulator.Faults.Latency = TimeSpan.Zero;

        Assert.Equal(SendOutcome.Unknown, (await sending).Outcome);
        Assert.Equal(SendOutcome.Accepted, (await sender.SendAsync(Event(2), default)).Outcome);
    }

    [Fact]
    public async Task Where_nobody_answers_nothing_was_sent()
    {
        await using var sender = EventSender.FromConnectionString(
            "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true", "hub", TimeProvider.System);

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => sender.SendAsync(Event(i), default)));

        Assert.All(results, r => Assert.Equal(SendOutcome.NotSent, r.Outcome));
    }

    private EmulatedHub Hub() => fixture.Emulator.CreateHub(new HubOptions("hub-" + Guid.NewGuid().ToString("N"), 1));

    private EventSender Sender(EmulatedHub hub) => EventSender.FromConnectionString(fixture.ConnectionString, hub.Name, TimeProvider.System);

    private static OutgoingEvent Event(int i) => new() { Body = "{}"u8.ToArray(), Properties = new Dictionary<string, object?> { ["i"] = i } };

    private async Task<List<EventData>> ReadAsync(EmulatedHub hub, int count)
    {
        await using var receiver = new PartitionReceiver("$Default", "0", EventPosition.Earliest, fixture.ConnectionString, hub.Name);
        var events = new List<EventData>();
        while (events.Count < count && (await receiver.ReceiveBatchAsync(count, Patience)).ToList() is { Count: > 0 } batch)
        {
            events.AddRange(batch);
        }

        Assert.Equal(count, events.Count);
        return events;
    }
}
