using System.Buffers;
using Amqp.Framing;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>A link that the peer sends on: assembles its messages from transfers and keeps its credit up.</summary>
internal abstract class IncomingLink(ServerSession session, uint handle, string name) : ServerLink(session, handle, name)
{
    private const uint Credit = 300;

    private ArrayBufferWriter<byte>? partial;
    private long partialSize;
    private bool assembling;
    private uint deliveryId;
    private uint format;
    private bool settled;
    private uint deliveryCount;
    private uint creditLeft = Credit;

    /// <summary>The largest message taken, in bytes.</summary>
    protected long MaxMessageSize { get; } = session.Connection.Emulator.Options.MaxMessageSize;

    public override void OnFlow(Flow flow)
    {
        if (flow.Echo)
        {
            GrantCredit();
        }
    }

    public void OnTransfer(Transfer transfer, ReadOnlySpan<byte> payload)
    {
        if (!assembling)
        {
            Begin(transfer);
        }

        settled |= transfer.Settled;
        if (transfer.Aborted)
        {
            Finish();
            return;
        }

        partialSize += payload.Length;
        var tooLarge = partialSize > MaxMessageSize;
        if (transfer.More || partialSize > payload.Length)
        {
            // What is over the limit is counted for the error, not kept.
            if (!tooLarge)
            {
                (partial ??= new ArrayBufferWriter<byte>(payload.Length * 2)).Write(payload);
            }

            if (transfer.More)
            {
                return;
            }

            payload = tooLarge ? default : partial!.WrittenSpan;
        }

        var outcome = tooLarge
            ? Reject(ErrorConditions.MessageSizeExceeded,
                $"The received message (delivery-id:{deliveryId}, size:{partialSize} bytes) exceeds the limit ({MaxMessageSize} bytes) currently allowed on the link.")
            : Receive(payload, format);
        if (!settled)
        {
            Session.Write(new Dispose { Role = true, First = deliveryId, Settled = true, State = outcome });
        }

        Finish();
    }

    protected static Outcome Reject(string condition, string description)
        => new Rejected { Error = ErrorConditions.Error(condition, description) };

    /// <summary>Takes a whole message, good only during the call, and says what became of it.</summary>
    protected abstract Outcome Receive(ReadOnlySpan<byte> message, uint format);

    protected void GrantCredit()
    {
        creditLeft = Credit;
        Session.WriteFlow(Handle, deliveryCount, Credit);
    }

    private void Begin(Transfer transfer)
    {
        if (!transfer.HasDeliveryId)
        {
            throw new AmqpErrorException(ErrorScope.Session, ErrorConditions.InvalidField, "The first transfer of a delivery has no delivery-id.");
        }

        assembling = true;
        deliveryId = transfer.DeliveryId;
        format = transfer.MessageFormat;
        settled = false;
    }

    private void Finish()
    {
        assembling = false;
        partialSize = 0;
        partial?.ResetWrittenCount();
        deliveryCount++;
        if (--creditLeft <= Credit * 2 / 3)
        {
            GrantCredit();
        }
    }
}
