using System.Buffers.Binary;
using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;

namespace Ingest.Emulator.Tests.Clients;

/// <summary>One frame as it came; the performative is null for a heartbeat.</summary>
internal sealed record RawFrame(int Size, ushort Channel, object? Performative, byte[] Payload);

/// <summary>A peer that sends exactly the frames it is told to, where a client library would be too well-behaved.</summary>
internal sealed class RawPeer : IDisposable
{
    public static readonly byte[] SaslHeader = [.. "AMQP\u0003\u0001\0\0"u8];
    public static readonly byte[] AmqpHeader = [.. "AMQP\0\u0001\0\0"u8];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient client = new() { NoDelay = true };
    private NetworkStream stream = null!;

    public static async Task<RawPeer> ConnectAsync(EventHubsEmulator emulator)
    {
        var peer = new RawPeer();
        await peer.client.ConnectAsync("127.0.0.1", emulator.Port);
        peer.stream = peer.client.GetStream();
        return peer;
    }

    /// <summary>Connects, and opens a connection and a session on channel 0.</summary>
    public static async Task<RawPeer> OpenAsync(
        EventHubsEmulator emulator, uint? maxFrameSize = 1_114_112, uint idleTimeout = 0, uint incomingWindow = 5000)
    {
        var peer = await ConnectAsync(emulator);
        await peer.SendAsync(SaslHeader);
        Assert.Equal(SaslHeader, await peer.ReadHeaderAsync());
        await peer.ExpectAsync<SaslMechanisms>();
        await peer.SendAsync(0, new SaslInit { Mechanism = "ANONYMOUS" }, type: 1);
        await peer.ExpectAsync<SaslOutcome>();
        await peer.SendAsync(AmqpHeader);
        Assert.Equal(AmqpHeader, await peer.ReadHeaderAsync());
        var open = new Open { ContainerId = "raw", IdleTimeOut = idleTimeout };
        if (maxFrameSize is { } size)
        {
            open.MaxFrameSize = size;
        }

        await peer.SendAsync(0, open);
        await peer.ExpectAsync<Open>();
        await peer.SendAsync(0, new Begin { NextOutgoingId = 0, IncomingWindow = incomingWindow, OutgoingWindow = 5000, HandleMax = 100 });
        await peer.ExpectAsync<Begin>();
        return peer;
    }

    public Task SendAsync(byte[] bytes) => stream.WriteAsync(bytes).AsTask();

    public Task SendAsync(ushort channel, RestrictedDescribed performative, byte[]? payload = null, byte type = 0)
        => SendAsync(Encode(channel, performative, payload, type));

    public static byte[] Encode(ushort channel, RestrictedDescribed performative, byte[]? payload = null, byte type = 0)
    {
        var encoded = new ByteBuffer(256, true);
        performative.Encode(encoded);
        payload ??= [];
        var frame = new byte[8 + encoded.Length + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        frame[4] = 2;
        frame[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(6), channel);
        encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).CopyTo(frame.AsSpan(8));
        payload.CopyTo(frame, 8 + encoded.Length);
        return frame;
    }

    public async Task<byte[]> ReadHeaderAsync()
    {
        var header = new byte[8];
        using var limit = new CancellationTokenSource(Patience);
        await stream.ReadExactlyAsync(header, limit.Token);
        return header;
    }

    /// <summary>The next frame, or null when the emulator has ended the connection.</summary>
    public async Task<RawFrame?> ReadAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        var header = new byte[8];
        try
        {
            await stream.ReadExactlyAsync(header, limit.Token);
        }
        catch (Exception e) when (e is EndOfStreamException or IOException)
        {
            return null;
        }

        var size = BinaryPrimitives.ReadInt32BigEndian(header);
        var body = new byte[size - 8];
        await stream.ReadExactlyAsync(body, limit.Token);
        if (body.Length == 0)
        {
            return new RawFrame(size, 0, null, []);
        }

        var bytes = new ByteBuffer(body, 0, body.Length, body.Length);
        var performative = Encoder.ReadObject(bytes);
        return new RawFrame(size, BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)), performative, body[bytes.Offset..]);
    }

    /// <summary>The next frame of this kind; others before it are passed over.</summary>
    public async Task<T> ExpectAsync<T>() where T : class => (T)(await ExpectFrameAsync<T>()).Performative!;

    public async Task<RawFrame> ExpectFrameAsync<T>()
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Performative is T)
            {
                return frame;
            }
        }

        throw new InvalidOperationException($"The connection ended before a {typeof(T).Name} came.");
    }

    /// <summary>Attaches a receiver with handle 0; grants no credit.</summary>
    public async Task<Attach> AttachReceiverAsync(
        int partition, string hub = "telemetry", string group = "$Default", long? epoch = null, Action<Attach>? change = null)
    {
        var attach = new Attach
        {
            LinkName = $"receiver-{partition}",
            Handle = 0,
            Role = true,
            Source = new Source { Address = $"{hub}/ConsumerGroups/{group}/Partitions/{partition}" },
            Target = new Target(),
        };
        if (epoch is { } owner)
        {
            attach.Properties = new Fields { [(Symbol)"com.microsoft:epoch"] = owner };
        }

        change?.Invoke(attach);
        await SendAsync(0, attach);
        return await ExpectAsync<Attach>();
    }

    /// <summary>Attaches a sender with handle 1 and waits for its credit.</summary>
    public async Task<Flow> AttachSenderAsync(string address)
    {
        await SendAsync(0, new Attach
        {
            LinkName = "sender", Handle = 1, Role = false, Source = new Source(), Target = new Target { Address = address }, InitialDeliveryCount = 0,
        });
        return await ExpectAsync<Flow>();
    }

    public Task GrantAsync(uint deliveryCount, uint credit, bool drain = false, uint nextIncomingId = 0, uint window = 5000) => SendAsync(0, new Flow
    {
        Handle = 0, DeliveryCount = deliveryCount, LinkCredit = credit, Drain = drain,
        NextIncomingId = nextIncomingId, IncomingWindow = window, NextOutgoingId = 0, OutgoingWindow = 5000,
    });

    /// <summary>Everything that comes until the emulator has answered an echo, which it does behind all it had to say.</summary>
    public async Task<IReadOnlyList<RawFrame>> ReadUntilEchoAsync(uint nextIncomingId = 0, uint window = 5000)
    {
        await SendAsync(0, new Flow { Echo = true, NextIncomingId = nextIncomingId, IncomingWindow = window, NextOutgoingId = 0, OutgoingWindow = 5000 });
        var frames = new List<RawFrame>();
        while (await ReadAsync() is { } frame && frame.Performative is not Flow { HasHandle: false })
        {
            frames.Add(frame);
        }

        return frames;
    }

    public void Dispose() => client.Dispose();
}
