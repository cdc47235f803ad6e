using System.Diagnostics;
using Amqp.Framing;
using Ingest.Emulator.Tests.Clients;

namespace Ingest.Emulator.Tests;

public sealed class FaultTests : IAsyncLifetime
{
    private EventHubsEmulator emulator = null!;

    public async Task InitializeAsync()
        => emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 2)] });

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    [Fact]
    public async Task Dropped_connections_end_without_a_word_and_new_ones_can_be_refused()
    {
        using var peer = await RawPeer.OpenAsync(emulator);

        Assert.Equal(1, emulator.Faults.DropConnections());
        Assert.Null(await peer.ReadAsync());

        emulator.Faults.RefuseConnections = true;
        using var refused = await RawPeer.ConnectAsync(emulator);
        Assert.Null(await refused.ReadAsync());

        emulator.Faults.Clear();
        using var welcome = await RawPeer.OpenAsync(emulator);
        Assert.Empty(await welcome.ReadUntilEchoAsync());
    }

    [Fact]
    public async Task Events_are_delivered_twice_with_the_same_sequence_number()
    {
        for (var i = 0; i < 4; i++)
        {
            emulator.GetHub("telemetry")[0].Append("x"u8);
        }

        emulator.Faults.DeliverTwice(2);
        var connection = await AmqpClient.ConnectAsync(emulator);

        var events = await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 6);

        Assert.Equal([0L, 0, 1, 1, 2, 3], events.Select(e => e.SequenceNumber()));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Rejections_hit_only_the_partition_and_the_number_asked_for()
    {
        var connection = await AmqpClient.ConnectAsync(emulator);
        var zero = AmqpClient.Sender(connection, "telemetry/Partitions/0");
        var one = AmqpClient.Sender(connection, "telemetry/Partitions/1");
        emulator.Faults.RejectSends("com.microsoft:server-busy", count: 2, hub: "telemetry", partition: 0);

        await one.SendAsync(AmqpClient.Event([1]));
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<Amqp.AmqpException>(() => zero.SendAsync(AmqpClient.Event([1])));
            Assert.Equal("com.microsoft:server-busy", error.Error.Condition.ToString());
        }

        await zero.SendAsync(AmqpClient.Event([1]));

        Assert.Equal((0, 0), (emulator.GetHub("telemetry")[0].LastSequenceNumber, emulator.GetHub("telemetry")[1].LastSequenceNumber));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task A_stolen_partition_detaches_its_receivers_and_no_other()
    {
        using var robbed = await RawPeer.OpenAsync(emulator);
        await robbed.AttachReceiverAsync(0, epoch: 1);
        using var other = await RawPeer.OpenAsync(emulator);
        await other.AttachReceiverAsync(1, epoch: 1);

        Assert.Equal(1, emulator.Faults.StealPartition("telemetry", "$default", 0));

        Assert.Equal("amqp:link:stolen", (await robbed.ExpectAsync<Detach>()).Error.Condition.ToString());
        Assert.Empty(await other.ReadUntilEchoAsync());
    }

    [Fact]
    public async Task Receivers_can_be_detached_by_partition()
    {
        using var peer = await RawPeer.OpenAsync(emulator);
        await peer.AttachReceiverAsync(0);

        Assert.Equal(0, emulator.Faults.DetachReceivers("telemetry", 1));
        Assert.Equal(1, emulator.Faults.DetachReceivers("telemetry", 0, "com.microsoft:server-busy"));
        Assert.Equal("com.microsoft:server-busy", (await peer.ExpectAsync<Detach>()).Error.Condition.ToString());
    }

    [Fact]
    public async Task Latency_holds_every_answer_back()
    {
        using var peer = await RawPeer.OpenAsync(emulator);
        emulator.Faults.Latency = TimeSpan.FromMilliseconds(300);
        var watch = Stopwatch.StartNew();

        await peer.ReadUntilEchoAsync();

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(290), TimeSpan.FromSeconds(5));
    }
}
