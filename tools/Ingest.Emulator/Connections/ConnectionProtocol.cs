using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>The AMQP state of one connection: headers, SASL, open, sessions, close. Runs under the connection's lock.</summary>
internal sealed class ConnectionProtocol(ServerConnection connection) : IFrameHandler
{
    private const ushort ChannelMax = 8191;
    private const byte SaslProtocol = 3;
    private static readonly Symbol[] Mechanisms = ["ANONYMOUS", "MSSBCBS", "PLAIN"];

    private readonly Dictionary<ushort, ServerSession> sessions = [];
    private bool saslDone;
    private bool peerOpen;

    public bool ExpectsHeader { get; private set; } = true;

    public bool IsClosed { get; private set; }

    /// <summary>Where $cbs and $management answers go, by node and reply-to address.</summary>
    public Dictionary<(string Node, string ReplyTo), ResponseLink> ResponseLinks { get; } = [];

    /// <summary>Runs what handles a peer's bytes; whatever is wrong with them ends this connection and nothing else.</summary>
    public void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (AmqpErrorException e)
        {
            Fail(e.Condition, e.Message);
        }
        catch (Exception e)
        {
            // The codec reports bad bytes with whatever exception they happen to cause in it, so none can be let through.
            Fail(ErrorConditions.DecodeError, $"The frame could not be decoded: {e.Message}");
        }
    }

    public void OnHeader(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> offered = saslDone ? "AMQP\0\u0001\0\0"u8 : "AMQP\u0003\u0001\0\0"u8;
        var isSasl = header.SequenceEqual("AMQP\u0003\u0001\0\0"u8) && !saslDone;
        if (!isSasl && !header.SequenceEqual("AMQP\0\u0001\0\0"u8))
        {
            connection.Output.WriteRaw(offered);
            IsClosed = true;
            connection.CloseAfterOutput();
            return;
        }

        // Only now, in answer to the client's header: rhea loses what arrives in the same read as the SASL outcome.
        connection.Output.WriteRaw(header);
        ExpectsHeader = false;
        if (isSasl)
        {
            connection.Output.WriteSaslFrame(new SaslMechanisms { SaslServerMechanisms = Mechanisms });
        }
        else
        {
            saslDone = true;
        }
    }

    public void OnFrame(byte type, ushort channel, byte[] buffer, int offset, int length)
    {
        if (length == 0)
        {
            return;
        }

        var bytes = new ByteBuffer(buffer, offset, length, length);
        var performative = Encoder.ReadObject(bytes);
        if (type == 1 && performative is SaslInit init && !saslDone)
        {
            OnSaslInit(init);
        }
        else if (type != 0 || !saslDone || (!peerOpen && performative is not (Open or Close)))
        {
            throw new AmqpErrorException(ErrorScope.Connection, ErrorConditions.IllegalState, $"A {performative?.GetType().Name} is not expected here.");
        }
        else
        {
            OnPerformative(channel, performative, buffer.AsSpan(bytes.Offset, bytes.Length));
        }
    }

    /// <summary>Lets go of everything outside this connection; it has ended.</summary>
    public void ReleaseAll()
    {
        foreach (var session in sessions.Values)
        {
            session.ReleaseAll();
        }

        sessions.Clear();
        ResponseLinks.Clear();
    }

    private void OnSaslInit(SaslInit init)
    {
        var known = Mechanisms.Contains(init.Mechanism);
        connection.Output.WriteSaslFrame(new SaslOutcome { Code = known ? SaslCode.Ok : SaslCode.Auth });
        if (known)
        {
            saslDone = true;
            ExpectsHeader = true;
        }
        else
        {
            IsClosed = true;
            connection.CloseAfterOutput();
        }
    }

    private void OnPerformative(ushort channel, object? performative, ReadOnlySpan<byte> payload)
    {
        switch (performative)
        {
            case Open open:
                OnOpen(open);
                break;
            case Close:
                IsClosed = true;
                connection.Close(null);
                break;
            case Begin begin when channel <= ChannelMax && !sessions.ContainsKey(channel):
                sessions.Add(channel, new ServerSession(connection, this, channel, begin));
                break;
            case End when sessions.Remove(channel, out var ended):
                ended.OnEnd();
                break;
            default:
                if (!sessions.TryGetValue(channel, out var session))
                {
                    throw new AmqpErrorException(ErrorScope.Connection, ErrorConditions.NotAllowed,
                        $"A {performative?.GetType().Name} is not allowed on channel {channel}.");
                }

                session.OnPerformative(performative, payload);
                break;
        }
    }

    private void OnOpen(Open open)
    {
        if (peerOpen)
        {
            throw new AmqpErrorException(ErrorScope.Connection, ErrorConditions.IllegalState, "The connection is open already.");
        }

        peerOpen = true;
        var options = connection.Emulator.Options;
        // An absent max-frame-size means there is none; the library reads it as uint.MaxValue.
        connection.PeerMaxFrameSize = (int)Math.Clamp(open.MaxFrameSize, 512u, EmulatorOptions.LargestMaxFrameSize);
        connection.KeepAliveFromPeerTimeout(open.IdleTimeOut);
        connection.Output.WriteFrame(0, new Open
        {
            ContainerId = "ingest-emulator",
            MaxFrameSize = (uint)options.MaxFrameSize,
            ChannelMax = ChannelMax,
            IdleTimeOut = (uint)(options.IdleTimeout.TotalMilliseconds / 2),
        });
    }

    private void Fail(string condition, string description)
    {
        IsClosed = true;
        connection.Close(ErrorConditions.Error(condition, description));
    }
}
