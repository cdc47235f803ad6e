using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>Deliberate mistakes in the decisions of the protocol. Each must be caught, or the check that passes without them proves nothing.</summary>
public static class BrokenDecisions
{
    public static IReadOnlyDictionary<string, DeliveryDecisions> All { get; } = new Dictionary<string, DeliveryDecisions>
    {
        ["does not drop redelivered events"] = new KeepsRedelivered(),
        ["ignores gaps"] = new IgnoresGaps(),
        ["takes an empty read for proof of absence"] = new BelievesEmptyReads(),
        ["begins where the hub ends"] = new BeginsAtTheEnd(),
        ["does not look for segments beyond durable"] = new DoesNotLook(),
        ["does not notice a recreated hub"] = new BelievesInOneHub(),
        ["processes events that are older than the hub"] = new KeepsEventsOfDeletedHubs(),
        ["forgets what a commit staged"] = new ForgetsPending(),
        ["makes one event too many durable"] = new CountsOneTooMany(),
    };

    private sealed class KeepsRedelivered : DeliveryDecisions
    {
        public override BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events) =>
            events[^1].SequenceNumber > row.Durable && events[0].SequenceNumber <= row.Durable
                ? new BatchDecision.Process(0, events.Length)
                : base.OnBatch(row, events);
    }

    private sealed class IgnoresGaps : DeliveryDecisions
    {
        public override BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events) => base.OnBatch(row, events) switch
        {
            BatchDecision.Repair(var start) => new BatchDecision.Process(start, events.Length - start),
            var other => other,
        };
    }

    private sealed class BelievesEmptyReads : DeliveryDecisions
    {
        public override GapDecision OnGap(PartitionProgress row, long? next, ReadOnlySpan<IncomingEvent> read, HubState hub) =>
            read.IsEmpty && next is { } end ? new GapDecision(new AbsentRange(row.Durable + 1, end - 1), 0, true) : base.OnGap(row, next, read, hub);
    }

    private sealed class BeginsAtTheEnd : DeliveryDecisions
    {
        public override RowDecision OnRow(PartitionProgress? row, (int Epoch, long Last)? lastVisible, HubState hub, StartPosition start) =>
            base.OnRow(row, lastVisible, hub, StartPosition.Now);
    }

    private sealed class DoesNotLook : DeliveryDecisions
    {
        public override RowDecision OnRow(PartitionProgress? row, (int Epoch, long Last)? lastVisible, HubState hub, StartPosition start) =>
            base.OnRow(row, null, hub, start);
    }

    private sealed class BelievesInOneHub : DeliveryDecisions
    {
        public override RowDecision OnHub(PartitionProgress row, HubState hub) => new RowDecision.Use(row);
    }

    private sealed class KeepsEventsOfDeletedHubs : DeliveryDecisions
    {
        public override bool IsOfDeletedHub(PartitionProgress row, in IncomingEvent e) => false;
    }

    private sealed class ForgetsPending : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged) => base.OnStaged(run, staged) with { Pending = [] };
    }

    private sealed class CountsOneTooMany : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged)
        {
            var next = base.OnStaged(run, staged);
            return next with { Durable = next.Durable + 1 };
        }
    }
}
