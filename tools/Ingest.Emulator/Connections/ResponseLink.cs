using Amqp.Framing;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>The link on which a peer gets the answers of <c>$cbs</c> or <c>$management</c>.</summary>
internal sealed class ResponseLink(ServerSession session, Attach attach, string node)
    : OutgoingLink(session, attach.Handle, attach.LinkName)
{
    private const int MostWaiting = 1000;

    private readonly Queue<byte[]> waiting = [];
    private readonly List<string> addresses = [];
    private byte[] current = [];

    public override void Open(Attach attach)
    {
        // Clients put either the link's name or its target's address into reply-to.
        addresses.Add(attach.LinkName);
        if (attach.Target is Target { Address: { } address } && address != attach.LinkName)
        {
            addresses.Add(address);
        }

        addresses.ForEach(replyTo => Session.Protocol.ResponseLinks[(node, replyTo)] = this);
        Session.Write(new Attach
        {
            LinkName = attach.LinkName,
            Handle = attach.Handle,
            Role = false,
            SndSettleMode = SenderSettleMode.Settled,
            Source = attach.Source,
            Target = attach.Target,
            InitialDeliveryCount = 0,
        });
    }

    public void Send(byte[] message)
    {
        if (waiting.Count == MostWaiting)
        {
            Detach(ErrorConditions.ResourceLimitExceeded, $"{MostWaiting} answers wait for credit.");
            return;
        }

        waiting.Enqueue(message);
        Pump();
    }

    protected override bool MoveNext() => waiting.TryDequeue(out current!);

    protected override void GetCurrent(out ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> body)
    {
        prefix = default;
        body = current;
    }

    protected override void OnReleased()
    {
        waiting.Clear();
        foreach (var replyTo in addresses)
        {
            if (Session.Protocol.ResponseLinks.GetValueOrDefault((node, replyTo)) == this)
            {
                Session.Protocol.ResponseLinks.Remove((node, replyTo));
            }
        }
    }
}
