using Amqp.Framing;
using Ingest.Emulator.Nodes;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>Finds what an attach names and makes the link for it.</summary>
internal static class LinkFactory
{
    /// <exception cref="AmqpErrorException">The address, partition, group or filter is not good; scope link.</exception>
    public static ServerLink Create(ServerSession session, Attach attach)
    {
        var emulator = session.Connection.Emulator;
        var address = NodeAddress.Parse(attach.Role ? (attach.Source as Source)?.Address : (attach.Target as Target)?.Address);
        if (address.RequestNode is { } node)
        {
            return attach.Role ? new ResponseLink(session, attach, node) : new RequestLink(session, attach, node, emulator.RequestNodes);
        }

        if (emulator.Faults.TakeAttachRefusal() is { } condition)
        {
            throw new AmqpErrorException(ErrorScope.Link, condition, "Refused on demand of the emulator's faults.");
        }

        var hub = emulator.FindHub(address.Hub) ?? throw address.NotFound();
        if (!attach.Role)
        {
            return address.ConsumerGroup is null
                ? new PublishLink(session, attach, hub, address.Partition is null ? null : FindPartition(hub, address.Partition))
                : throw address.NotFound();
        }

        if (address is not { ConsumerGroup: { } group, Partition: { } partitionId } || !hub.Accepts(group))
        {
            throw address.NotFound();
        }

        var partition = FindPartition(hub, partitionId);
        return new SubscribeLink(session, attach, hub, partition, Subscription.Of(attach, group));
    }

    private static EmulatedPartition FindPartition(EmulatedHub hub, string id)
        => hub.FindPartition(id) ?? throw new AmqpErrorException(ErrorScope.Link, ErrorConditions.ArgumentOutOfRange, hub.PartitionOutOfRange(id));
}
