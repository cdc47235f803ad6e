using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Tests.Clients;
using Ingest.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Emulator.Tests.Hubs;

public sealed class HubTests
{
    [Fact]
    public async Task A_thousand_partitions_are_up_in_less_than_a_second()
    {
        var options = new EmulatorOptions { Hubs = [new HubOptions("wide", 1024)] };
        await Measured.WithinAsync(TimeSpan.FromSeconds(1), async () => await (await EventHubsEmulator.StartAsync(options)).DisposeAsync());
        await using var emulator = await EventHubsEmulator.StartAsync(options);
        var connection = await AmqpClient.ConnectAsync(emulator);

        await AmqpClient.Sender(connection, "wide/Partitions/1023").SendAsync(AmqpClient.Event([1]));
        var answer = await ManagementAsync(connection, "com.microsoft:eventhub", "wide");

        Assert.Equal(0, emulator.GetHub("wide")[1023].LastSequenceNumber);
        Assert.Equal(1024, ((string[])((Map)answer.Body)["partition_ids"]).Length);
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Management_reports_partitions_and_says_what_is_wrong()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 2)], TimeProvider = clock });
        clock.Advance(TimeSpan.FromHours(1));
        emulator.GetHub("telemetry")[1].Append("a"u8);
        emulator.GetHub("telemetry")[1].Append("b"u8);
        emulator.GetHub("telemetry")[1].TrimTo(1);
        var connection = await AmqpClient.ConnectAsync(emulator);

        var hub = (Map)(await ManagementAsync(connection, "com.microsoft:eventhub", "TELEMETRY")).Body;
        var partition = (Map)(await ManagementAsync(connection, "com.microsoft:partition", "telemetry", "1")).Body;
        var outOfRange = await ManagementAsync(connection, "com.microsoft:partition", "telemetry", "2");
        var unknown = await ManagementAsync(connection, "com.microsoft:eventhub", "none");
        var nonsense = await ManagementAsync(connection, "com.microsoft:nonsense", "telemetry");

        Assert.Equal(("telemetry", 2, new DateTime(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc)), (hub["name"], hub["partition_count"], hub["created_at"]));
        Assert.Equal((1L, 1L, false), (partition["begin_sequence_number"], partition["last_enqueued_sequence_number"], partition["is_partition_empty"]));
        Assert.Equal(emulator.GetHub("telemetry")[1].LastOffset, partition["last_enqueued_offset"]);
        Assert.Equal(new DateTime(2026, 5, 1, 1, 0, 0, DateTimeKind.Utc), partition["last_enqueued_time_utc"]);
        Assert.Equal((400, "com.microsoft:argument-out-of-range"), Refusal(outOfRange));
        Assert.Equal((404, "amqp:not-found"), Refusal(unknown));
        Assert.Equal((501, "amqp:not-implemented"), Refusal(nonsense));
        await connection.CloseAsync();

        static (object Status, string? Condition) Refusal(Message answer)
            => (answer.ApplicationProperties["status-code"], answer.ApplicationProperties["error-condition"]?.ToString());
    }

    [Fact]
    public async Task A_hub_deleted_and_created_anew_detaches_its_links_and_begins_at_zero()
    {
        var clock = new FakeTimeProvider();
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry")], TimeProvider = clock });
        var before = emulator.GetHub("telemetry");
        before[0].Append("old"u8);
        using var peer = await RawPeer.OpenAsync(emulator);
        await peer.AttachReceiverAsync(0);
        await peer.AttachSenderAsync("telemetry/Partitions/0");
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.True(emulator.DeleteHub("Telemetry"));
        Assert.False(emulator.DeleteHub("telemetry"));
        var detached = new[] { await peer.ExpectAsync<Detach>(), await peer.ExpectAsync<Detach>() };
        var after = emulator.CreateHub(new HubOptions("telemetry"));

        Assert.All(detached, detach => Assert.Equal("amqp:not-found", detach.Error.Condition.ToString()));
        Assert.Equal([0u, 1u], detached.Select(detach => detach.Handle).Order());
        Assert.Equal(before.CreatedAt.AddMinutes(1), after.CreatedAt);
        Assert.Equal((0, -1, "-1"), (after[0].BeginningSequenceNumber, after[0].LastSequenceNumber, after[0].LastOffset));
        Assert.Equal(0, after[0].Append("new"u8));
    }

    [Fact]
    public async Task Hubs_are_created_on_first_use_only_when_allowed()
    {
        await using var open = await EventHubsEmulator.StartAsync(new EmulatorOptions { CreateHubsOnFirstUse = true, DefaultPartitionCount = 7 });
        await using var closed = await EventHubsEmulator.StartAsync(new EmulatorOptions());
        using var welcome = await RawPeer.OpenAsync(open);
        using var refused = await RawPeer.OpenAsync(closed);

        await welcome.AttachReceiverAsync(6, "fresh");
        await refused.AttachReceiverAsync(6, "fresh");

        Assert.Equal(7, open.GetHub("fresh").PartitionCount);
        Assert.Equal("amqp:not-found", (await refused.ExpectAsync<Detach>()).Error.Condition.ToString());
        Assert.Throws<EmulatorException>(() => closed.GetHub("fresh"));
    }

    [Fact]
    public async Task The_byte_cap_drops_the_oldest_events_and_receivers_go_on_with_what_is_left()
    {
        const int events = 1000;
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)], PartitionByteCap = 128 << 10 });
        var partition = emulator.GetHub("telemetry")[0];
        for (var i = 0; i < events; i++)
        {
            partition.Append(Encoding.ASCII.GetBytes(i.ToString().PadLeft(1000)));
        }

        Assert.Equal(events - 1, partition.LastSequenceNumber);
        // 1000 bytes and some annotations each, in 128 KiB.
        Assert.InRange(events - partition.BeginningSequenceNumber, 60, 131);
        Assert.True(partition.WouldSkip(partition.BeginningSequenceNumber - 1));
        Assert.False(partition.WouldSkip(partition.BeginningSequenceNumber));
        var connection = await AmqpClient.ConnectAsync(emulator);
        var left = await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), (int)(events - partition.BeginningSequenceNumber));
        Assert.Equal(Enumerable.Range((int)partition.BeginningSequenceNumber, left.Count), left.Select(e => (int)e.SequenceNumber()));
        Assert.Equal("999", Encoding.ASCII.GetString((byte[])left[^1].Body).Trim());
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Events_older_than_the_retention_go_even_when_nothing_new_comes()
    {
        var clock = new FakeTimeProvider();
        await using var emulator = await EventHubsEmulator.StartAsync(
            new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)], Retention = TimeSpan.FromHours(1), TimeProvider = clock });
        var partition = emulator.GetHub("telemetry")[0];
        partition.Append("old"u8);
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(0, partition.BeginningSequenceNumber);
        clock.Advance(TimeSpan.FromMinutes(20));

        Assert.Equal((1, 0), (partition.BeginningSequenceNumber, partition.LastSequenceNumber));
        Assert.Equal(1, partition.Append("new"u8));
    }

    [Fact]
    public async Task A_receiver_behind_the_trim_skips_to_what_is_left()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        var partition = emulator.GetHub("telemetry")[0];
        for (var i = 0; i < 100; i++)
        {
            partition.Append("x"u8);
        }

        using var peer = await RawPeer.OpenAsync(emulator);
        await peer.AttachReceiverAsync(0);
        await peer.GrantAsync(0, 10);
        Assert.Equal(10, (await peer.ReadUntilEchoAsync()).Count(frame => frame.Performative is Transfer));
        partition.TrimTo(70);
        await peer.GrantAsync(10, 1000);

        Assert.Equal(30, (await peer.ReadUntilEchoAsync()).Count(frame => frame.Performative is Transfer));
        Assert.Equal(70, partition.BeginningSequenceNumber);
    }

    [Fact]
    public async Task An_appended_event_is_read_with_everything_it_was_given()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        emulator.GetHub("telemetry")[0].Append(
            "body"u8, "key", new Dictionary<string, object> { ["p"] = 1.5 },
            new Dictionary<string, object> { ["iothub-connection-device-id"] = "d", ["iothub-enqueuedtime"] = DateTimeOffset.UnixEpoch },
            "application/json", "gzip", "mid", "cid");
        var connection = await AmqpClient.ConnectAsync(emulator);

        var e = Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 1));

        Assert.Equal("body"u8.ToArray(), e.Body);
        Assert.Equal(1.5, e.ApplicationProperties["p"]);
        Assert.Equal(("key", "d"), (e.MessageAnnotations[(Symbol)"x-opt-partition-key"], e.MessageAnnotations[(Symbol)"iothub-connection-device-id"]));
        Assert.Equal(DateTime.UnixEpoch, e.MessageAnnotations[(Symbol)"iothub-enqueuedtime"]);
        Assert.Equal(
            ("application/json", "gzip", "mid", "cid"),
            (e.Properties.ContentType.ToString(), e.Properties.ContentEncoding.ToString(), e.Properties.MessageId, e.Properties.CorrelationId));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Bad_options_are_all_named_at_once()
    {
        var error = await Assert.ThrowsAsync<EmulatorException>(() => EventHubsEmulator.StartAsync(new EmulatorOptions
        {
            Port = 70_000, MaxFrameSize = 1, Hubs = [new HubOptions("-bad-"), new HubOptions("ok", 1025), new HubOptions("OK")],
        }));

        Assert.All(["70000", "MaxFrameSize 1", "'-bad-'", "1025", "listed 2 times"], part => Assert.Contains(part, error.Message));
    }

    private static async Task<Message> ManagementAsync(Connection connection, string type, string name, string? partition = null)
    {
        var session = new Session(connection);
        var replyTo = Guid.NewGuid().ToString();
        var sender = new SenderLink(session, "s" + replyTo, "$management");
        var receiver = new ReceiverLink(session, "r" + replyTo, new Attach { Source = new Source { Address = "$management" }, Target = new Target { Address = replyTo } }, null);
        var request = new Message
        {
            Properties = new Properties { MessageId = "1", ReplyTo = replyTo },
            ApplicationProperties = new ApplicationProperties { ["operation"] = "READ", ["type"] = type, ["name"] = name },
        };
        if (partition is not null)
        {
            request.ApplicationProperties["partition"] = partition;
        }

        await sender.SendAsync(request);
        var answer = await receiver.ReceiveAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("1", answer.Properties.CorrelationId);
        await session.CloseAsync();
        return answer;
    }
}
