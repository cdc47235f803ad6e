using Amqp;
using Amqp.Framing;
using Ingest.Emulator.Nodes;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>The link on which a peer asks <c>$cbs</c> or <c>$management</c>.</summary>
internal sealed class RequestLink(ServerSession session, Attach attach, string node, RequestNodes nodes)
    : IncomingLink(session, attach.Handle, attach.LinkName)
{
    private static readonly Accepted Accepted = new();

    public override void Open(Attach attach)
    {
        Session.Write(new Attach
        {
            LinkName = attach.LinkName,
            Handle = attach.Handle,
            Role = true,
            Source = attach.Source,
            Target = attach.Target,
            MaxMessageSize = (ulong)MaxMessageSize,
        });
        GrantCredit();
    }

    protected override Outcome Receive(ReadOnlySpan<byte> message, uint format)
    {
        Message request;
        try
        {
            request = Message.Decode(new ByteBuffer(message.ToArray(), 0, message.Length, message.Length));
        }
        catch (Exception e)
        {
            return Reject(ErrorConditions.DecodeError, $"The request could not be decoded: {e.Message}");
        }

        var replyTo = request.Properties?.ReplyTo ?? "";
        if (!Session.Protocol.ResponseLinks.TryGetValue((node, replyTo), out var response))
        {
            return Reject(ErrorConditions.NotFound, $"No link from {node} is attached for reply-to '{replyTo}'.");
        }

        var answer = nodes.Answer(node, request).Encode();
        response.Send(answer.Buffer.AsSpan(answer.Offset, answer.Length).ToArray());
        return Accepted;
    }
}
