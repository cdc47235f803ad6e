using Amqp.Framing;
using Ingest.Emulator.Tests.Clients;
using Ingest.Testing.Emulators;

namespace Ingest.Emulator.Tests.Connections;

public sealed class LinkTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    // A message whose body is one empty data section.
    private static readonly byte[] SmallMessage = [0, 0x53, 0x75, 0xa0, 0];

    private EventHubsEmulator Emulator => fixture.Emulator;

    [Fact]
    public async Task Repeated_equal_flows_grant_no_more_credit()
    {
        Append("flows", 300);
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachReceiverAsync(0, "flows");

        await peer.GrantAsync(0, 100);
        await peer.GrantAsync(0, 100);
        await peer.GrantAsync(0, 100);
        Assert.Equal(100, Transfers(await peer.ReadUntilEchoAsync()).Count);

        await peer.GrantAsync(0, 110);
        await peer.GrantAsync(100, 10);
        Assert.Equal(10, Transfers(await peer.ReadUntilEchoAsync()).Count);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(65_536)]
    [InlineData(1_048_576)]
    public async Task A_delivery_is_split_into_frames_that_the_peer_can_take(int maxFrameSize)
    {
        var hub = $"split-{maxFrameSize}";
        var body = new byte[900_000];
        new Random(1).NextBytes(body);
        var partition = Emulator.CreateHub(new HubOptions(hub))[0];
        partition.Append(body);
        partition.Append("next"u8);
        using var peer = await RawPeer.OpenAsync(Emulator, (uint)maxFrameSize);
        await peer.AttachReceiverAsync(0, hub);
        await peer.GrantAsync(0, 10);

        var frames = new List<RawFrame>();
        do
        {
            frames.Add(await peer.ExpectFrameAsync<Transfer>());
        }
        while (((Transfer)frames[^1].Performative!).More);

        Assert.All(frames, frame => Assert.InRange(frame.Size, 8, maxFrameSize));
        Assert.InRange(frames.Count, body.Length / maxFrameSize, (body.Length / (maxFrameSize - 40)) + 1);
        Assert.Equal(body, frames.SelectMany(frame => frame.Payload).TakeLast(body.Length));
        Assert.EndsWith("next", System.Text.Encoding.ASCII.GetString((await peer.ExpectFrameAsync<Transfer>()).Payload));
    }

    [Fact]
    public async Task A_peer_that_names_no_frame_size_gets_whole_messages()
    {
        Emulator.CreateHub(new HubOptions("whole"))[0].Append(new byte[500_000]);
        using var peer = await RawPeer.OpenAsync(Emulator, maxFrameSize: null);
        await peer.AttachReceiverAsync(0, "whole");
        await peer.GrantAsync(0, 1);

        Assert.False((await peer.ExpectAsync<Transfer>()).More);
    }

    [Fact]
    public async Task A_delivery_waits_half_sent_for_the_session_window()
    {
        Emulator.CreateHub(new HubOptions("window"))[0].Append(new byte[5000]);
        using var peer = await RawPeer.OpenAsync(Emulator, maxFrameSize: 512, incomingWindow: 3);
        await peer.AttachReceiverAsync(0, "window");
        await peer.GrantAsync(0, 10, window: 3);

        var first = Transfers(await peer.ReadUntilEchoAsync(window: 3));
        await peer.GrantAsync(0, 10, nextIncomingId: 3, window: 100);
        var rest = Transfers(await peer.ReadUntilEchoAsync(nextIncomingId: 3, window: 100));

        Assert.Equal(3, first.Count);
        Assert.True(((Transfer)first[^1].Performative!).More);
        Assert.False(((Transfer)rest[^1].Performative!).More);
        Assert.True(first.Concat(rest).Sum(frame => frame.Payload.Length) > 5000);
    }

    [Fact]
    public async Task Draining_uses_up_the_credit()
    {
        Append("drain", 3);
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachReceiverAsync(0, "drain");
        await peer.GrantAsync(0, 50, drain: true);

        var drained = await peer.ExpectAsync<Flow>();
        Assert.Equal((50u, 0u, true), (drained.DeliveryCount, drained.LinkCredit, drained.Drain));

        Emulator.GetHub("drain")[0].Append("late"u8);
        Assert.Empty(Transfers(await peer.ReadUntilEchoAsync()));
    }

    [Fact]
    public async Task Deliveries_are_settled_unless_the_receiver_asks_for_unsettled_ones()
    {
        Append("settle", 1);
        using var settled = await RawPeer.OpenAsync(Emulator);
        Assert.Equal(SenderSettleMode.Settled, (await settled.AttachReceiverAsync(0, "settle")).SndSettleMode);
        await settled.GrantAsync(0, 1);
        Assert.True((await settled.ExpectAsync<Transfer>()).Settled);

        using var unsettled = await RawPeer.OpenAsync(Emulator);
        var attached = await unsettled.AttachReceiverAsync(0, "settle", change: attach => attach.SndSettleMode = SenderSettleMode.Unsettled);
        await unsettled.GrantAsync(0, 1);
        var transfer = await unsettled.ExpectAsync<Transfer>();
        await unsettled.SendAsync(0, new Dispose { Role = true, First = transfer.DeliveryId, Settled = false, State = new Accepted() });
        var answer = await unsettled.ExpectAsync<Dispose>();

        Assert.Equal(SenderSettleMode.Unsettled, attached.SndSettleMode);
        Assert.False(transfer.Settled);
        Assert.Equal((false, transfer.DeliveryId, true), (answer.Role, answer.First, answer.Settled));
    }

    [Fact]
    public async Task A_message_over_the_limit_is_rejected_and_the_link_goes_on()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        var flow = await peer.AttachSenderAsync("oversize");
        Assert.Equal(300u, flow.LinkCredit);
        for (var i = 0; i < 3; i++)
        {
            await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [0], More = i < 2 }, new byte[500_000]);
        }

        var rejected = Assert.IsType<Rejected>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal("amqp:link:message-size-exceeded", rejected.Error.Condition.ToString());
        Assert.Contains("size:1500000 bytes", rejected.Error.Description);

        await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 1, DeliveryTag = [1] }, SmallMessage);
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);
        Assert.Equal(1, StoredIn("oversize"));
    }

    [Fact]
    public async Task An_aborted_delivery_is_forgotten()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachSenderAsync("aborted");
        await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [0], More = true }, SmallMessage);
        await peer.SendAsync(0, new Transfer { Handle = 1, Aborted = true });
        await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 1, DeliveryTag = [1] }, SmallMessage);

        Assert.Equal(1u, (await peer.ExpectAsync<Dispose>()).First);
        Assert.Equal(1, StoredIn("aborted"));
    }

    [Fact]
    public async Task A_message_sent_settled_gets_no_outcome()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachSenderAsync("presettled");
        await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [0], Settled = true }, SmallMessage);

        Assert.DoesNotContain(await peer.ReadUntilEchoAsync(), frame => frame.Performative is Dispose);
        Assert.Equal(1, StoredIn("presettled"));
    }

    [Fact]
    public async Task A_batch_with_one_malformed_event_is_rejected_whole()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachSenderAsync("malformed");
        byte[] good = [0, 0x53, 0x75, 0xa0, 5, .. SmallMessage];
        byte[] bad = [0, 0x53, 0x75, 0xa0, 5, 0, 0x53, 0x75, 0xa0, 9];
        await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [0], MessageFormat = 0x80013700 }, [.. good, .. bad]);
        var rejected = Assert.IsType<Rejected>((await peer.ExpectAsync<Dispose>()).State);
        await peer.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 1, DeliveryTag = [1], MessageFormat = 0x80013700 }, [.. good, .. good]);
        Assert.IsType<Accepted>((await peer.ExpectAsync<Dispose>()).State);

        Assert.Equal("amqp:decode-error", rejected.Error.Condition.ToString());
        Assert.Equal(2, StoredIn("malformed"));
    }

    [Fact]
    public async Task A_transfer_on_a_handle_without_link_ends_the_session()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachSenderAsync("nolink");
        await peer.SendAsync(0, new Transfer { Handle = 9, DeliveryId = 0, DeliveryTag = [0] }, SmallMessage);

        Assert.Equal("amqp:session:unattached-handle", (await peer.ExpectAsync<End>()).Error.Condition.ToString());
    }

    [Fact]
    public async Task A_handle_in_use_ends_the_session()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.AttachReceiverAsync(0, "handles");
        await peer.SendAsync(0, new Attach { LinkName = "again", Handle = 0, Role = true, Source = new Source { Address = "handles/ConsumerGroups/$Default/Partitions/1" } });

        Assert.Equal("amqp:session:handle-in-use", (await peer.ExpectAsync<End>()).Error.Condition.ToString());
    }

    [Theory]
    [InlineData("telemetry/ConsumerGroups/$Default/Partitions/4", "com.microsoft:argument-out-of-range")]
    [InlineData("telemetry/ConsumerGroups/$Default/Partitions/x", "com.microsoft:argument-out-of-range")]
    [InlineData("telemetry/ConsumerGroups/$Default", "amqp:not-found")]
    [InlineData("telemetry", "amqp:not-found")]
    [InlineData("-no-hub-/ConsumerGroups/$Default/Partitions/0", "amqp:not-found")]
    [InlineData("", "amqp:not-found")]
    public async Task A_link_to_what_is_not_there_is_attached_without_source_and_detached(string address, string condition)
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        var attached = await peer.AttachReceiverAsync(0, change: attach => attach.Source = new Source { Address = address });
        var detached = await peer.ExpectAsync<Detach>();

        Assert.Null(attached.Source);
        Assert.Null(attached.Target);
        Assert.True(detached.Closed);
        Assert.Equal(condition, detached.Error.Condition.ToString());
    }

    [Theory]
    [InlineData("amqp://localhost/telemetry/ConsumerGroups/$Default/Partitions/3")]
    [InlineData("sb://localhost:5672/TELEMETRY/consumergroups/any/partitions/3/")]
    public async Task An_address_may_carry_scheme_and_host_and_any_case(string address)
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        var attached = await peer.AttachReceiverAsync(0, change: attach => attach.Source = new Source { Address = address });

        Assert.Equal(address, ((Source)attached.Source).Address);
    }

    private static List<RawFrame> Transfers(IEnumerable<RawFrame> frames) => [.. frames.Where(frame => frame.Performative is Transfer)];

    private void Append(string hub, int count)
    {
        var partition = Emulator.CreateHub(new HubOptions(hub))[0];
        for (var i = 0; i < count; i++)
        {
            partition.Append("{}"u8);
        }
    }

    private long StoredIn(string hub) => Enumerable.Range(0, 4).Sum(partition => Emulator.GetHub(hub)[partition].LastSequenceNumber + 1);
}
