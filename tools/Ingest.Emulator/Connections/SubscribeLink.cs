using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Log;
using Ingest.Emulator.Nodes;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>A consumer's link to one partition.</summary>
internal sealed class SubscribeLink(ServerSession session, Attach attach, EmulatedHub hub, EmulatedPartition partition, Subscription subscription)
    : OutgoingLink(session, attach.Handle, attach.LinkName)
{
    private static readonly Symbol RuntimeMetric = "com.microsoft:enable-receiver-runtime-metric";

    private readonly EmulatorFaults faults = session.Connection.Emulator.Faults;
    private long position;
    private LogRun run;
    private LogEntry current;
    private LogChunk? currentChunk;
    private byte[] metrics = [];
    private bool repeatCurrent;
    private int kicked;

    public long? Epoch => subscription.Epoch;

    public int PartitionId => partition.Id;

    public override void Open(Attach attach)
    {
        position = subscription.Start.Resolve(partition.Log);
        if (!hub.Receivers.TryAdd(this, subscription.ConsumerGroup, partition.Id, out var refusal))
        {
            throw new AmqpErrorException(ErrorScope.Link, refusal.Condition, refusal.Description);
        }

        hub.Register(this);
        partition.Log.Appended += Kick;
        SendsSettled = !subscription.Unsettled;
        var reply = new Attach
        {
            LinkName = attach.LinkName,
            Handle = attach.Handle,
            Role = false,
            SndSettleMode = SendsSettled ? SenderSettleMode.Settled : SenderSettleMode.Unsettled,
            Source = attach.Source,
            Target = attach.Target,
            InitialDeliveryCount = 0,
            Properties = attach.Properties,
        };
        if (subscription.RuntimeMetrics)
        {
            reply.OfferedCapabilities = new[] { RuntimeMetric };
        }

        Session.Write(reply);
    }

    protected override bool MoveNext()
    {
        if (repeatCurrent)
        {
            repeatCurrent = false;
            return true;
        }

        if (run.Index == run.End)
        {
            if (position >= partition.Log.Next)
            {
                return false;
            }

            run = partition.Log.Read(position);
            if (run.Chunk is null)
            {
                return false;
            }
        }

        currentChunk = run.Chunk!;
        current = currentChunk[run.Index];
        position = currentChunk.FirstSequence + run.Index + 1;
        run = run with { Index = run.Index + 1 };
        repeatCurrent = faults.TakeDuplicateDelivery();
        if (subscription.RuntimeMetrics)
        {
            metrics = RuntimeMetrics.Encode(partition.Log.State, Session.Connection.Emulator.Options.TimeProvider.GetUtcNow());
        }

        return true;
    }

    protected override void GetCurrent(out ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> body)
    {
        prefix = metrics;
        body = currentChunk!.Bytes(current);
    }

    protected override void OnSent()
    {
        if (faults.TakeDetach(out var condition))
        {
            Detach(condition, "Detached on demand of the emulator's faults.");
        }
    }

    // A run kept over a pause would go on delivering, and keep in memory, what retention has dropped meanwhile.
    protected override void OnPaused() => run = default;

    protected override void OnReleased()
    {
        partition.Log.Appended -= Kick;
        hub.Receivers.Remove(this, subscription.ConsumerGroup, partition.Id);
        hub.Unregister(this);
        run = default;
        currentChunk = null;
    }

    private void Kick()
    {
        // One wake-up on its way is enough, however many appends it will find.
        if (Interlocked.Exchange(ref kicked, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static link => link.Session.Connection.RunGuarded(link.Wake), this, preferLocal: true);
        }
    }

    private void Wake()
    {
        Volatile.Write(ref kicked, 0);
        Pump();
    }
}
