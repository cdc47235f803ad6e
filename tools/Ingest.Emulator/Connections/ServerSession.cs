using Amqp.Framing;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>One session: its links by the peer's handles, and the transfer windows of both directions.</summary>
internal sealed class ServerSession
{
    private const uint HandleMax = 8191;
    private const uint IncomingWindow = 5000;
    private const uint OutgoingWindow = 5000;

    private readonly Dictionary<uint, ServerLink> links = [];
    private readonly HashSet<uint> refused = [];
    private uint nextIncomingId;
    private uint incomingWindow = IncomingWindow;
    private uint nextOutgoingId;
    private uint outgoingLimit;
    private uint nextDeliveryId;
    private bool ended;

    public ServerSession(ServerConnection connection, ConnectionProtocol protocol, ushort channel, Begin begin)
    {
        Connection = connection;
        Protocol = protocol;
        Channel = channel;
        nextIncomingId = begin.NextOutgoingId;
        outgoingLimit = begin.IncomingWindow;
        Write(new Begin
        {
            RemoteChannel = channel,
            NextOutgoingId = nextOutgoingId,
            IncomingWindow = IncomingWindow,
            OutgoingWindow = OutgoingWindow,
            HandleMax = HandleMax,
        });
    }

    public ServerConnection Connection { get; }

    public ConnectionProtocol Protocol { get; }

    public ushort Channel { get; }

    /// <summary>Whether the peer's window has room for another transfer frame.</summary>
    public bool MaySend => (int)(outgoingLimit - nextOutgoingId) > 0;

    public void Write(Amqp.Types.RestrictedDescribed performative) => Connection.Output.WriteFrame(Channel, performative);

    public uint TakeDeliveryId() => nextDeliveryId++;

    public void CountOutgoingTransfer() => nextOutgoingId++;

    public void OnPerformative(object? performative, ReadOnlySpan<byte> payload)
    {
        if (ended)
        {
            return;
        }

        try
        {
            switch (performative)
            {
                case Attach attach:
                    OnAttach(attach);
                    break;
                case Flow flow:
                    OnFlow(flow);
                    break;
                case Transfer transfer:
                    OnTransfer(transfer, payload);
                    break;
                case Dispose dispose:
                    OnDisposition(dispose);
                    break;
                case Detach detach:
                    OnDetach(detach);
                    break;
                default:
                    throw new AmqpErrorException(ErrorScope.Connection, ErrorConditions.DecodeError,
                        $"A {performative?.GetType().Name ?? "null"} is not a performative.");
            }
        }
        catch (AmqpErrorException e) when (e.Scope == ErrorScope.Session)
        {
            ended = true;
            ReleaseAll();
            Write(new End { Error = ErrorConditions.Error(e.Condition, e.Message) });
        }
    }

    public void OnEnd()
    {
        ReleaseAll();
        if (!ended)
        {
            Write(new End());
        }
    }

    public void ReleaseAll()
    {
        foreach (var link in links.Values)
        {
            link.Release();
        }

        links.Clear();
    }

    /// <summary>Writes a flow, for a link or (null) for the session alone; it always renews the incoming window.</summary>
    public void WriteFlow(uint? handle = null, uint deliveryCount = 0, uint credit = 0, bool drain = false)
    {
        incomingWindow = IncomingWindow;
        var flow = new Flow
        {
            NextIncomingId = nextIncomingId,
            IncomingWindow = IncomingWindow,
            NextOutgoingId = nextOutgoingId,
            OutgoingWindow = OutgoingWindow,
        };
        if (handle is { } link)
        {
            flow.Handle = link;
            flow.DeliveryCount = deliveryCount;
            flow.LinkCredit = credit;
            flow.Drain = drain;
        }

        Write(flow);
    }

    private void OnAttach(Attach attach)
    {
        if (attach.Handle > HandleMax || links.ContainsKey(attach.Handle))
        {
            throw new AmqpErrorException(ErrorScope.Session, ErrorConditions.HandleInUse, $"Handle {attach.Handle} is in use or too large.");
        }

        try
        {
            var link = LinkFactory.Create(this, attach);
            links.Add(attach.Handle, link);
            link.Open(attach);
        }
        catch (AmqpErrorException e) when (e.Scope == ErrorScope.Link)
        {
            // AMQP refuses a link by attaching it without source and target, then detaching it.
            links.Remove(attach.Handle);
            refused.Add(attach.Handle);
            Write(new Attach { LinkName = attach.LinkName, Handle = attach.Handle, Role = !attach.Role, InitialDeliveryCount = 0 });
            Write(new Detach { Handle = attach.Handle, Closed = true, Error = ErrorConditions.Error(e.Condition, e.Message) });
        }
    }

    private void OnFlow(Flow flow)
    {
        outgoingLimit = flow.NextIncomingId + flow.IncomingWindow;
        if (!flow.HasHandle)
        {
            foreach (var link in links.Values)
            {
                (link as OutgoingLink)?.Pump();
            }

            if (flow.Echo)
            {
                WriteFlow();
            }
        }
        else if (Find(flow.Handle) is { } link)
        {
            link.OnFlow(flow);
        }
    }

    private void OnTransfer(Transfer transfer, ReadOnlySpan<byte> payload)
    {
        if (incomingWindow == 0)
        {
            throw new AmqpErrorException(ErrorScope.Session, ErrorConditions.WindowViolation, $"More than {IncomingWindow} transfers were sent at once.");
        }

        nextIncomingId++;
        incomingWindow--;
        switch (Find(transfer.Handle))
        {
            case IncomingLink { IsDetached: false } link:
                try
                {
                    link.OnTransfer(transfer, payload);
                }
                catch (AmqpErrorException e) when (e.Scope == ErrorScope.Link)
                {
                    link.Detach(e.Condition, e.Message);
                }

                break;
            case OutgoingLink:
                throw new AmqpErrorException(ErrorScope.Session, ErrorConditions.NotAllowed, "A transfer came in on a link that sends.");
        }

        if (incomingWindow < IncomingWindow / 2)
        {
            WriteFlow();
        }
    }

    // Receivers never give an event back to a hub, so every outcome means the same: the delivery is settled.
    private void OnDisposition(Dispose dispose)
    {
        if (dispose is { Role: true, Settled: false, State: Outcome })
        {
            var last = dispose.HasField(2) ? dispose.Last : dispose.First;
            Write(new Dispose { Role = false, First = dispose.First, Last = last, Settled = true, State = dispose.State });
        }
    }

    private void OnDetach(Detach detach)
    {
        if (links.Remove(detach.Handle, out var link))
        {
            link.Release();
            if (!link.IsDetached)
            {
                Write(new Detach { Handle = detach.Handle, Closed = detach.Closed });
            }
        }
        else if (!refused.Remove(detach.Handle))
        {
            throw Unattached(detach.Handle);
        }
    }

    private ServerLink? Find(uint handle)
        => links.TryGetValue(handle, out var link) ? link : refused.Contains(handle) ? null : throw Unattached(handle);

    private static AmqpErrorException Unattached(uint handle)
        => new(ErrorScope.Session, ErrorConditions.UnattachedHandle, $"No link is attached with handle {handle}.");
}
