using Amqp.Framing;
using Ingest.Emulator.Log;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>A producer's link, to a hub or to one of its partitions.</summary>
internal sealed class PublishLink(ServerSession session, Attach attach, EmulatedHub hub, EmulatedPartition? partition)
    : IncomingLink(session, attach.Handle, attach.LinkName)
{
    private static readonly Accepted Accepted = new();

    public override void Open(Attach attach)
    {
        hub.Register(this);
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
        if (Session.Connection.Emulator.Faults.TakeSendRejection(hub, partition) is { } condition)
        {
            return Reject(condition, "Rejected on demand of the emulator's faults.");
        }

        try
        {
            var published = PublishedMessage.Parse(message, format);
            (partition ?? hub.Choose(published.PartitionKey)).Log.Append(published);
            return Accepted;
        }
        catch (AmqpDecodeException e)
        {
            return Reject(ErrorConditions.DecodeError, e.Message);
        }
    }

    protected override void OnReleased() => hub.Unregister(this);
}
