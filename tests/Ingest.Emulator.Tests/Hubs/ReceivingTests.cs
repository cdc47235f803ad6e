using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Tests.Clients;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Emulator.Tests.Hubs;

public sealed class ReceivingTests : IAsyncLifetime
{
    // Ten events, one each second from this time.
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Begin);
    private EventHubsEmulator emulator = null!;
    private Connection connection = null!;

    private EmulatedPartition Partition => emulator.GetHub("telemetry")[0];

    public async Task InitializeAsync()
    {
        emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions
        {
            Hubs = [new HubOptions("telemetry", 2) { ConsumerGroups = ["ingest"] }], TimeProvider = clock,
        });
        for (var i = 0; i < 10; i++)
        {
            Partition.Append(new byte[100]);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        connection = await AmqpClient.ConnectAsync(emulator);
    }

    public async Task DisposeAsync()
    {
        await connection.CloseAsync();
        await emulator.DisposeAsync();
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("amqp.annotation.x-opt-offset > '-1'", 0)]
    [InlineData("amqp.annotation.x-opt-offset >= '-1'", 0)]
    [InlineData("amqp.annotation.x-opt-offset > '{offset 4}'", 5)]
    [InlineData("amqp.annotation.x-opt-offset >= '{offset 4}'", 4)]
    [InlineData("amqp.annotation.x-opt-sequence-number > '-1'", 0)]
    [InlineData("amqp.annotation.x-opt-sequence-number > '4'", 5)]
    [InlineData("amqp.annotation.x-opt-sequence-number >= '4'", 4)]
    [InlineData("amqp.annotation.x-opt-enqueued-time > '{time 4}'", 5)]
    [InlineData("amqp.annotation.x-opt-enqueued-time >= '{time 4}'", 4)]
    [InlineData("amqp.annotation.x-opt-enqueued-time > '0'", 0)]
    [InlineData("amqp.annotation.x-opt-offset > '@latest'", 10)]
    [InlineData("amqp.annotation.x-opt-sequence-number > '@latest'", 10)]
    [InlineData("amqp.annotation.x-opt-sequence-number > '1000'", 10)]
    [InlineData("amqp.annotation.x-opt-enqueued-time > '99999999999999'", 10)]
    public async Task Every_filter_begins_where_it_says(string? filter, long expected)
    {
        var offset4 = (await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 10))[4].Offset();
        filter = filter?.Replace("{offset 4}", offset4).Replace("{time 4}", Begin.AddSeconds(4).ToUnixTimeMilliseconds().ToString());
        var receiver = AmqpClient.Receiver(connection, 0, filter);

        // Answered on the same connection behind the attach, so the receiver has its position before the new event comes.
        await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 1);
        Partition.Append("new"u8);

        Assert.Equal(expected, (await AmqpClient.ReceiveAsync(receiver, 1))[0].SequenceNumber());
    }

    [Theory]
    [InlineData("amqp.annotation.x-opt-offset < '5'")]
    [InlineData("amqp.annotation.x-opt-offset > 'five'")]
    [InlineData("1 = 1")]
    public async Task Any_other_filter_is_refused(string filter)
    {
        Assert.Equal("amqp:invalid-field", await RefusalAsync(AmqpClient.Receiver(connection, 0, filter)));
    }

    [Fact]
    public async Task The_filter_is_known_by_its_number_too()
    {
        using var peer = await RawPeer.OpenAsync(emulator);
        await peer.AttachReceiverAsync(0, change: attach => ((Source)attach.Source).FilterSet = new Map
        {
            [(Symbol)"apache.org:selector-filter:string"] = new DescribedValue(77567109365764UL, "amqp.annotation.x-opt-sequence-number > '7'"),
        });
        await peer.GrantAsync(0, 100);

        Assert.Equal(2, (await peer.ReadUntilEchoAsync()).Count(frame => frame.Performative is Transfer));
    }

    [Fact]
    public async Task Runtime_metrics_tell_how_far_the_partition_has_got()
    {
        var events = await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, metrics: true), 3);

        var metrics = events[0].DeliveryAnnotations;
        Assert.Equal(9L, metrics[(Symbol)"last_enqueued_sequence_number"]);
        Assert.Equal(Partition.LastOffset, metrics[(Symbol)"last_enqueued_offset"]);
        Assert.Equal(Begin.AddSeconds(9).UtcDateTime, metrics[(Symbol)"last_enqueued_time_utc"]);
        Assert.Equal(Begin.AddSeconds(10).UtcDateTime, metrics[(Symbol)"runtime_info_retrieval_time_utc"]);
        Assert.Null((await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 1))[0].DeliveryAnnotations);
    }

    [Fact]
    public async Task Only_the_listed_consumer_groups_and_the_default_one_exist()
    {
        Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, group: "INGEST"), 1));
        Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, group: "$default"), 1));
        Assert.Equal("amqp:not-found", await RefusalAsync(AmqpClient.Receiver(connection, 0, group: "other")));
    }

    [Fact]
    public async Task An_equal_or_higher_epoch_takes_over_and_a_lower_one_or_none_is_refused()
    {
        var first = AmqpClient.Receiver(connection, 0, epoch: 5);
        await AmqpClient.ReceiveAsync(first, 1);
        var firstEnd = EndOf(first);

        var second = AmqpClient.Receiver(connection, 0, epoch: 5);
        await AmqpClient.ReceiveAsync(second, 1);
        Assert.Equal("amqp:link:stolen", await firstEnd);
        Assert.Equal("amqp:link:stolen", await RefusalAsync(AmqpClient.Receiver(connection, 0, epoch: 4)));
        Assert.Equal("amqp:link:stolen", await RefusalAsync(AmqpClient.Receiver(connection, 0)));
        // Other groups and partitions are not concerned.
        Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, group: "ingest"), 1));

        await second.CloseAsync();
        Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 1));
    }

    [Fact]
    public async Task An_owner_drives_out_receivers_without_epoch()
    {
        var plain = AmqpClient.Receiver(connection, 0);
        await AmqpClient.ReceiveAsync(plain, 1);
        var end = EndOf(plain);

        await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, epoch: 0), 1);

        Assert.Equal("amqp:link:stolen", await end);
    }

    [Fact]
    public async Task An_owner_whose_connection_broke_is_forgotten()
    {
        using (var peer = await RawPeer.OpenAsync(emulator))
        {
            await peer.AttachReceiverAsync(0, epoch: 9);
            emulator.Faults.DropConnections();
            Assert.Null(await peer.ReadAsync());
        }

        connection = await AmqpClient.ConnectAsync(emulator);
        Assert.Single(await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0, epoch: 1), 1));
    }

    [Fact]
    public async Task At_most_five_receivers_without_epoch_share_a_partition()
    {
        for (var i = 0; i < 5; i++)
        {
            await AmqpClient.ReceiveAsync(AmqpClient.Receiver(connection, 0), 1);
        }

        Assert.Equal("amqp:resource-limit-exceeded", await RefusalAsync(AmqpClient.Receiver(connection, 0)));
    }

    private static Task<string?> EndOf(ReceiverLink link)
    {
        var ended = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        link.AddClosedCallback((_, error) => ended.TrySetResult(error?.Condition.ToString()));
        return ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static Task<string?> RefusalAsync(ReceiverLink link) => EndOf(link);
}
