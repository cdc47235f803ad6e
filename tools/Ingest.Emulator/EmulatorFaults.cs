namespace Ingest.Emulator;

/// <summary>
/// What can go wrong between a client and Event Hubs, on demand. Safe for many threads. Counted faults are used up one at a time
/// by whatever meets them first.
/// </summary>
public sealed class EmulatorFaults
{
    private readonly EventHubsEmulator emulator;
    private readonly Lock gate = new();
    private long latencyTicks;
    private int duplicateDeliveries;
    private int tokenRefusals;
    private int attachRefusals;
    private string attachCondition = "";
    private SendRejection? sendRejection;
    private long deliveriesBeforeDetach = -1;
    private string detachCondition = "";
    private volatile bool refuseConnections;

    internal EmulatorFaults(EventHubsEmulator emulator) => this.emulator = emulator;

    /// <summary>Time that whatever the emulator sends is held back, at least zero; default zero.</summary>
    public TimeSpan Latency
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref latencyTicks));
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            Volatile.Write(ref latencyTicks, value.Ticks);
        }
    }

    /// <summary>Whether new connections are dropped as soon as they are made; default no.</summary>
    public bool RefuseConnections
    {
        get => refuseConnections;
        set => refuseConnections = value;
    }

    /// <summary>
    /// How far the clock of enqueued times is ahead of the machine's; negative: behind. At most a day; default zero. As in Event Hubs,
    /// the enqueued times of a partition never go back: they stand still until the clock has caught up.
    /// </summary>
    public TimeSpan ClockOffset
    {
        get => emulator.Clock.Offset;
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Duration(), TimeSpan.FromDays(1));
            emulator.Clock.Offset = value;
        }
    }

    /// <summary>Resets every open connection without a word, as a broken network does; returns how many there were.</summary>
    public int DropConnections() => emulator.DropConnections();

    /// <summary>Rejects the next messages sent, with this condition (such as <c>com.microsoft:server-busy</c>).</summary>
    /// <param name="condition">The AMQP error condition.</param>
    /// <param name="count">How many messages, at least 1; a batch is one message.</param>
    /// <param name="hub">Only of this hub; null means any.</param>
    /// <param name="partition">Only on links to this very partition; null means any link.</param>
    public void RejectSends(string condition, int count = int.MaxValue, string? hub = null, int? partition = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (gate)
        {
            sendRejection = new SendRejection(condition, hub, partition) { Left = count };
        }
    }

    /// <summary>Refuses the next attaches of producers and consumers with this condition.</summary>
    public void RefuseAttaches(string condition, int count = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (gate)
        {
            (attachCondition, attachRefusals) = (condition, count);
        }
    }

    /// <summary>Answers the next tokens with 401.</summary>
    public void RefuseTokens(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Volatile.Write(ref tokenRefusals, count);
    }

    /// <summary>Delivers each of the next events twice in a row, with the same sequence number.</summary>
    public void DeliverTwice(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Volatile.Write(ref duplicateDeliveries, count);
    }

    /// <summary>Detaches, once, the receiver that gets the event behind this many further deliveries.</summary>
    public void DetachAfter(int deliveries, string condition = Wire.ErrorConditions.DetachForced)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deliveries, 1);
        lock (gate)
        {
            detachCondition = condition;
            Volatile.Write(ref deliveriesBeforeDetach, deliveries);
        }
    }

    /// <summary>Detaches the receivers of a hub now; returns how many there were.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="partition">Only of this partition; null means all.</param>
    /// <param name="condition">The AMQP error condition.</param>
    public int DetachReceivers(string hub, int? partition = null, string condition = Wire.ErrorConditions.DetachForced)
        => emulator.GetHub(hub).DetachReceivers(partition, condition, "Detached on demand of the emulator's faults.");

    /// <summary>
    /// Detaches the receivers of a partition with <c>amqp:link:stolen</c>, as if another owner had come and gone; returns how many.
    /// </summary>
    public int StealPartition(string hub, string consumerGroup, int partition)
    {
        var receivers = emulator.GetHub(hub).Receivers.Of(consumerGroup, partition);
        foreach (var receiver in receivers)
        {
            receiver.PostDetach(Wire.ErrorConditions.LinkStolen, "A new receiver with a higher epoch is created on demand of the emulator's faults.");
        }

        return receivers.Count;
    }

    /// <summary>Ends all faults that are still on.</summary>
    public void Clear()
    {
        lock (gate)
        {
            Latency = TimeSpan.Zero;
            ClockOffset = TimeSpan.Zero;
            RefuseConnections = false;
            sendRejection = null;
            attachRefusals = 0;
            Volatile.Write(ref tokenRefusals, 0);
            Volatile.Write(ref duplicateDeliveries, 0);
            Volatile.Write(ref deliveriesBeforeDetach, -1);
        }
    }

    internal string? TakeSendRejection(EmulatedHub hub, EmulatedPartition? partition)
    {
        if (Volatile.Read(ref sendRejection) is null)
        {
            return null;
        }

        lock (gate)
        {
            if (sendRejection is not { } rejection
                || (rejection.Hub is not null && !rejection.Hub.Equals(hub.Name, StringComparison.OrdinalIgnoreCase))
                || (rejection.Partition is not null && rejection.Partition != partition?.Id))
            {
                return null;
            }

            if (--rejection.Left == 0)
            {
                sendRejection = null;
            }

            return rejection.Condition;
        }
    }

    internal string? TakeAttachRefusal()
    {
        lock (gate)
        {
            return attachRefusals > 0 && attachRefusals-- > 0 ? attachCondition : null;
        }
    }

    internal bool TakeTokenRefusal() => Take(ref tokenRefusals);

    internal bool TakeDuplicateDelivery() => Take(ref duplicateDeliveries);

    internal bool TakeDetach(out string condition)
    {
        condition = "";
        if (Volatile.Read(ref deliveriesBeforeDetach) < 0)
        {
            return false;
        }

        lock (gate)
        {
            condition = detachCondition;
            return deliveriesBeforeDetach >= 0 && deliveriesBeforeDetach-- == 0;
        }
    }

    private static bool Take(ref int count)
        => Volatile.Read(ref count) > 0 && Interlocked.Decrement(ref count) >= 0;

    private sealed record SendRejection(string Condition, string? Hub, int? Partition)
    {
        public int Left { get; set; }
    }
}
