using Amqp.Framing;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>
/// A link that sends to the peer. Sends as long as there is credit, session window and room in the output; what stops it also
/// wakes it: a flow, or the connection having sent what waits.
/// </summary>
internal abstract class OutgoingLink(ServerSession session, uint handle, string name) : ServerLink(session, handle, name)
{
    private uint deliveryCount;
    private uint creditLimit;
    private uint deliveryId;
    private int sent;
    private bool sending;
    private bool draining;

    /// <summary>Whether deliveries need no outcome from the peer.</summary>
    protected bool SendsSettled { get; set; } = true;

    public override void OnFlow(Flow flow)
    {
        // The limit is absolute, so that a repeated flow grants nothing twice.
        creditLimit = flow.DeliveryCount + flow.LinkCredit;
        draining = flow.Drain;
        Pump();
        if (flow.Echo && !IsDetached)
        {
            Session.WriteFlow(Handle, deliveryCount, creditLimit - deliveryCount);
        }
    }

    /// <summary>Sends what may be sent now. Call under the connection's lock.</summary>
    public void Pump()
    {
        while (!IsReleased)
        {
            if (!sending)
            {
                if ((int)(creditLimit - deliveryCount) <= 0)
                {
                    break;
                }

                if (Session.Connection.IsFull)
                {
                    Session.Connection.Park(this);
                    break;
                }

                if (!MoveNext())
                {
                    Drained();
                    break;
                }

                sending = true;
                sent = 0;
                deliveryId = Session.TakeDeliveryId();
            }

            if (!SendCurrent())
            {
                break;
            }

            sending = false;
            deliveryCount++;
            OnSent();
        }

        OnPaused();
    }

    /// <summary>The encoded message to send, in two parts; must stay the same until <see cref="MoveNext"/>.</summary>
    protected abstract void GetCurrent(out ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> body);

    /// <summary>Moves to the next message to send, if there is one.</summary>
    protected abstract bool MoveNext();

    /// <summary>The current message is written out.</summary>
    protected virtual void OnSent() { }

    /// <summary>Nothing more can be sent for now.</summary>
    protected virtual void OnPaused() { }

    private bool SendCurrent()
    {
        var connection = Session.Connection;
        GetCurrent(out var prefix, out var body);
        var header = new TransferHeader(Session.Channel, Handle, deliveryId, deliveryCount, SendsSettled);
        do
        {
            if (!Session.MaySend)
            {
                return false;
            }

            if (connection.IsFull)
            {
                connection.Park(this);
                return false;
            }

            sent += connection.Output.WriteTransfer(header, connection.PeerMaxFrameSize, prefix, body, sent);
            Session.CountOutgoingTransfer();
        }
        while (sent < prefix.Length + body.Length);

        return true;
    }

    private void Drained()
    {
        if (draining)
        {
            draining = false;
            deliveryCount = creditLimit;
            Session.WriteFlow(Handle, deliveryCount, 0, drain: true);
        }
    }
}
