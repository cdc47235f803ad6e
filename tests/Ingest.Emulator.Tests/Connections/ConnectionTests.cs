using System.Diagnostics;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using Ingest.Emulator.Tests.Clients;
using Ingest.Testing;
using Ingest.Testing.Emulators;

namespace Ingest.Emulator.Tests.Connections;

public sealed class ConnectionTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private EventHubsEmulator Emulator => fixture.Emulator;

    [Fact]
    public async Task Nothing_follows_the_SASL_outcome_before_the_client_has_sent_its_header()
    {
        using var peer = await RawPeer.ConnectAsync(Emulator);
        await peer.SendAsync(RawPeer.SaslHeader);
        await peer.ReadHeaderAsync();
        await peer.ExpectAsync<SaslMechanisms>();
        await peer.SendAsync(0, new SaslInit { Mechanism = "MSSBCBS" }, type: 1);
        Assert.Equal(SaslCode.Ok, (await peer.ExpectAsync<SaslOutcome>()).Code);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => peer.ReadAsync(TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task A_mechanism_that_was_not_offered_is_refused()
    {
        using var peer = await RawPeer.ConnectAsync(Emulator);
        await peer.SendAsync(RawPeer.SaslHeader);
        await peer.ReadHeaderAsync();
        var offered = await peer.ExpectAsync<SaslMechanisms>();
        await peer.SendAsync(0, new SaslInit { Mechanism = "EXTERNAL" }, type: 1);

        Assert.Equal(["ANONYMOUS", "MSSBCBS", "PLAIN"], offered.SaslServerMechanisms.Select(symbol => symbol.ToString()));
        Assert.Equal(SaslCode.Auth, (await peer.ExpectAsync<SaslOutcome>()).Code);
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_foreign_protocol_is_answered_with_the_header_it_should_have_sent()
    {
        using var peer = await RawPeer.ConnectAsync(Emulator);
        await peer.SendAsync([.. "GET / HTTP/1.1\r\n\r\n"u8]);

        Assert.Equal(RawPeer.SaslHeader, await peer.ReadHeaderAsync());
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task Heartbeats_come_faster_than_the_idle_time_out_of_the_peer()
    {
        await Measured.BelowAsync(TimeSpan.FromMilliseconds(1000), LongestWaitAsync);

        async Task<TimeSpan> LongestWaitAsync()
        {
            using var peer = await RawPeer.OpenAsync(Emulator, idleTimeout: 1000);
            var longest = TimeSpan.Zero;
            for (var i = 0; i < 4; i++)
            {
                var waited = Stopwatch.StartNew();
                var frame = await peer.ReadAsync();
                longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, waited.Elapsed.Ticks));
                Assert.NotNull(frame);
                Assert.Null(frame.Performative);
            }

            return longest;
        }
    }

    [Fact]
    public async Task A_silent_peer_is_closed_and_one_that_beats_is_not()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { IdleTimeout = TimeSpan.FromSeconds(3) });
        using var silent = await RawPeer.OpenAsync(emulator);
        using var beating = await RawPeer.OpenAsync(emulator);
        using var stop = new CancellationTokenSource();
        var beats = BeatAsync(beating, stop.Token);

        var close = await silent.ExpectAsync<Close>();

        Assert.Equal("amqp:connection:forced", close.Error.Condition.ToString());
        Assert.Empty(await beating.ReadUntilEchoAsync());
        await stop.CancelAsync();
        await beats;
    }

    [Fact]
    public async Task A_frame_above_the_limit_ends_the_connection()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.SendAsync([0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0]);

        Assert.Equal("amqp:connection:framing-error", (await peer.ExpectAsync<Close>()).Error.Condition.ToString());
    }

    [Theory]
    [InlineData("descriptors in descriptors", "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00")]
    [InlineData("an array of a billion nulls", "00 53 12 f0 00 00 00 05 3b 9a ca 00 40")]
    [InlineData("a list that ends early", "00 53 12 c0 ff 0a a1")]
    [InlineData("an unknown performative", "00 53 99 45")]
    [InlineData("a string for a handle", "00 53 13 c0 09 05 43 43 43 43 a1 02 68 69")]
    [InlineData("no descriptor", "c0 01 00")]
    public async Task A_malformed_frame_ends_its_own_connection_only(string what, string hex)
    {
        using var bystander = await RawPeer.OpenAsync(Emulator);
        using var peer = await RawPeer.OpenAsync(Emulator);
        var body = Convert.FromHexString(hex.Replace(" ", ""));
        await peer.SendAsync([0, 0, 0, (byte)(8 + body.Length), 2, 0, 0, 0, .. body]);

        var close = await peer.ExpectAsync<Close>();
        Assert.True(close.Error.Condition is not null, what);
        Assert.Null(await peer.ReadAsync());
        Assert.Empty(await bystander.ReadUntilEchoAsync());
    }

    [Fact]
    public async Task Deeply_nested_values_cannot_overflow_the_stack()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        var frame = new byte[1_000_000];
        new byte[] { 0, 0x0f, 0x42, 0x40, 2 }.CopyTo(frame, 0);
        await peer.SendAsync(frame);
        Assert.NotNull((await peer.ExpectAsync<Close>()).Error);

        // The same inside a message, where the emulator's own walker meets it instead of the codec.
        using var sender = await RawPeer.OpenAsync(Emulator);
        await sender.AttachSenderAsync("telemetry");
        await sender.SendAsync(0, new Transfer { Handle = 1, DeliveryId = 0, DeliveryTag = [1] }, new byte[500_000]);
        var disposition = await sender.ExpectAsync<Dispose>();
        Assert.Equal("amqp:decode-error", Assert.IsType<Rejected>(disposition.State).Error.Condition.ToString());
    }

    [Fact]
    public async Task Random_damage_to_frames_never_harms_the_emulator()
    {
        var random = new Random(4711);
        var attach = new Attach
        {
            LinkName = "r", Handle = 0, Role = true, Target = new Target(),
            Source = new Source { Address = "telemetry/ConsumerGroups/$Default/Partitions/0" },
            Properties = new Fields { [(Symbol)"com.microsoft:epoch"] = 1L },
        };
        var encoded = new Amqp.ByteBuffer(256, true);
        attach.Encode(encoded);
        var good = encoded.Buffer.AsSpan(0, encoded.Length).ToArray();
        for (var i = 0; i < 150; i++)
        {
            using var peer = await RawPeer.OpenAsync(Emulator);
            var bad = (byte[])good.Clone();
            for (var j = 0; j <= i % 4; j++)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            await peer.SendAsync([0, 0, 0, (byte)(8 + bad.Length), 2, 0, 0, 0, .. bad]);
            Assert.NotNull(await peer.ReadAsync());
        }

        using var survivor = await RawPeer.OpenAsync(Emulator);
        Assert.Empty(await survivor.ReadUntilEchoAsync());
    }

    [Fact]
    public async Task Many_sessions_share_a_connection_and_end_one_by_one()
    {
        using var peer = await RawPeer.OpenAsync(Emulator);
        await peer.SendAsync(7, new Begin { NextOutgoingId = 3, IncomingWindow = 10, OutgoingWindow = 10 });
        var begun = await peer.ExpectFrameAsync<Begin>();
        Assert.Equal((7, 7), (begun.Channel, ((Begin)begun.Performative!).RemoteChannel));

        await peer.SendAsync(7, new End());
        Assert.Equal(7, (await peer.ExpectFrameAsync<End>()).Channel);
        Assert.Empty(await peer.ReadUntilEchoAsync());

        await peer.SendAsync(0, new Close());
        Assert.Null((await peer.ExpectAsync<Close>()).Error);
        Assert.Null(await peer.ReadAsync());
    }

    private static async Task BeatAsync(RawPeer peer, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await peer.SendAsync([0, 0, 0, 8, 2, 0, 0, 0]);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }
}
