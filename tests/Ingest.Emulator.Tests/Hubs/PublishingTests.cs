using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Tests.Clients;
using Ingest.Testing;
using Ingest.Testing.Emulators;

namespace Ingest.Emulator.Tests.Hubs;

public sealed class PublishingTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private EventHubsEmulator Emulator => fixture.Emulator;

    [Fact]
    public async Task A_single_event_keeps_properties_annotations_and_body()
    {
        var connection = await AmqpClient.ConnectAsync(Emulator);
        var sent = new Message("value")
        {
            Header = new Header { Durable = true },
            Properties = new Properties { MessageId = "m", ContentType = "text/plain", CorrelationId = "c" },
            ApplicationProperties = new ApplicationProperties { ["n"] = 5 },
            MessageAnnotations = new MessageAnnotations
            {
                [(Symbol)"iothub-connection-device-id"] = "d-1",
                [(Symbol)"iothub-enqueuedtime"] = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
                [(Symbol)"x-opt-partition-key"] = "k",
                [(Symbol)"x-opt-sequence-number"] = 99L,
            },
        };
        await AmqpClient.Sender(connection, "single/Partitions/2").SendAsync(sent);

        var got = Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 2, hub: "single"), 1));

        Assert.Equal("value", got.Body);
        Assert.Equal(("m", "text/plain", "c"), (got.Properties.MessageId, got.Properties.ContentType.ToString(), got.Properties.CorrelationId));
        Assert.Equal(5, got.ApplicationProperties["n"]);
        Assert.Equal(0, got.SequenceNumber());
        Assert.Equal("0", got.Offset());
        Assert.Equal("d-1", got.MessageAnnotations[(Symbol)"iothub-connection-device-id"]);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), got.MessageAnnotations[(Symbol)"iothub-enqueuedtime"]);
        Assert.Equal("k", got.MessageAnnotations[(Symbol)"x-opt-partition-key"]);
        Assert.IsType<DateTime>(got.MessageAnnotations[(Symbol)"x-opt-enqueued-time"]);
        Assert.Equal(6, got.MessageAnnotations.Map.Count);
        await connection.CloseAsync();
    }

    [Fact]
    public async Task A_batch_becomes_its_events_and_each_carries_the_key()
    {
        var connection = await AmqpClient.ConnectAsync(Emulator);
        var batch = AmqpClient.Batch(Enumerable.Range(0, 5).Select(i => AmqpClient.Event([(byte)i])), partitionKey: "k");
        await AmqpClient.Sender(connection, "batch/Partitions/0").SendAsync(batch);

        var events = await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, hub: "batch"), 5);

        Assert.Equal([0, 1, 2, 3, 4], events.Select(e => (int)((byte[])e.Body)[0]));
        Assert.Equal([0L, 1, 2, 3, 4], events.Select(e => e.SequenceNumber()));
        Assert.All(events, e => Assert.Equal("k", e.MessageAnnotations[(Symbol)"x-opt-partition-key"]));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Without_partition_or_key_the_batches_go_round()
    {
        var connection = await AmqpClient.ConnectAsync(Emulator);
        var sender = AmqpClient.Sender(connection, "round");
        for (var i = 0; i < 8; i++)
        {
            await sender.SendAsync(AmqpClient.Batch([AmqpClient.Event([1]), AmqpClient.Event([2])]));
        }

        Assert.All(Enumerable.Range(0, 4), partition => Assert.Equal(3, Emulator.GetHub("round")[partition].LastSequenceNumber));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Equal_keys_go_to_one_partition()
    {
        var connection = await AmqpClient.ConnectAsync(Emulator);
        var sender = AmqpClient.Sender(connection, "keyed");
        for (var i = 0; i < 8; i++)
        {
            await sender.SendAsync(AmqpClient.Batch([AmqpClient.Event([1])], partitionKey: "device-17"));
        }

        Assert.Equal([-1L, -1, -1, 7], Enumerable.Range(0, 4).Select(p => Emulator.GetHub("keyed")[p].LastSequenceNumber).Order());
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Large_batches_pass_through_64_KiB_frames_both_ways()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(
            new EmulatorOptions { Hubs = [new HubOptions("telemetry")], MaxFrameSize = EmulatorOptions.SmallestMaxFrameSize });
        var connection = await AmqpClient.ConnectAsync(emulator, maxFrameSize: 65_536);
        var random = new Random(5);
        var bodies = Enumerable.Range(0, 10).Select(_ => new byte[100_000]).ToArray();
        Array.ForEach(bodies, random.NextBytes);
        await AmqpClient.Sender(connection, "telemetry/Partitions/0").SendAsync(AmqpClient.Batch(bodies.Select(AmqpClient.Event)));

        var events = await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 10);

        Assert.Equal(bodies, events.Select(e => (byte[])e.Body));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task An_event_reaches_a_waiting_receiver_at_once()
    {
        var partition = Emulator.CreateHub(new HubOptions("latency"))[0];
        var connection = await AmqpClient.ConnectAsync(Emulator);
        var receiver = AmqpClient.Receiver(connection, 0, hub: "latency");
        partition.Append("warm-up"u8);
        await AmqpClient.ReceiveAsync(receiver, 1);
        for (var i = 0; i < 20; i++)
        {
            await Measured.WithinAsync(TimeSpan.FromMilliseconds(50), async () =>
            {
                var waiting = AmqpClient.ReceiveAsync(receiver, 1);
                partition.Append("x"u8);
                await waiting;
            });
        }

        await connection.CloseAsync();
    }
}
