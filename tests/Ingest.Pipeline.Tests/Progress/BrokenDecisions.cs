using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>Deliberate mistakes in the decisions of the protocol.</summary>
internal static class BrokenDecisions
{
    public sealed class CommitsUnconditionally : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged) => base.OnStaged(run, staged) with { ETag = "*" };
    }

    public sealed class LeavesPending : DeliveryDecisions
    {
        public override RowMemory OnRead(PartitionProgress row) => new(row, Published: true);
    }

    public sealed class TrustsTheCache : DeliveryDecisions
    {
        public override RowMemory OnStored(PartitionProgress stored) => new(stored, Published: true);

        public override RowMemory OnFailure(RowMemory memory) => memory;
    }

    public sealed class KeepsRedelivered : DeliveryDecisions
    {
        public override BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, bool isTrusted) =>
            events[^1].SequenceNumber > row.Durable && events[0].SequenceNumber <= row.Durable
                ? new BatchDecision.Process(0, events.Length)
                : base.OnBatch(row, events, isTrusted);
    }

    public sealed class IgnoresGaps : DeliveryDecisions
    {
        public override BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, bool isTrusted) => base.OnBatch(row, events, isTrusted) switch
        {
            BatchDecision.Repair(var start) => new BatchDecision.Process(start, events.Length - start),
            var other => other,
        };
    }

    public sealed class BelievesEmptyReads : DeliveryDecisions
    {
        public override ReadDecision OnGap(PartitionProgress row, long? next, ReadOnlySpan<IncomingEvent> read, HubState hub) =>
            read.IsEmpty && next is { } end ? new ReadDecision.Take(new EventRange(row.Durable + 1, end - 1), 0) : base.OnGap(row, next, read, hub);
    }

    public sealed class BeginsWithTheBatch : DeliveryDecisions
    {
        private const long NotYet = -1000;

        public override RowDecision? OnRow(RowReads reads, HubState hub, StartPosition start) => base.OnRow(reads, hub, start) switch
        {
            RowDecision.Insert(var row) => new RowDecision.Insert(row with { Durable = NotYet }),
            var other => other,
        };

        public override BatchDecision OnBatch(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, bool isTrusted) =>
            row.Durable == NotYet ? new BatchDecision.Process(0, events.Length) : base.OnBatch(row, events, isTrusted);

        public override bool OnTail(PartitionProgress row, HubState hub, TimeSpan stoodStill, TimeSpan patience) =>
            row.Durable != NotYet && base.OnTail(row, hub, stoodStill, patience);
    }

    public sealed class LeavesTheTail : DeliveryDecisions
    {
        public override bool OnTail(PartitionProgress row, HubState hub, TimeSpan stoodStill, TimeSpan patience) => false;
    }

    public sealed class GoesByEnqueuedTimes : DeliveryDecisions
    {
        public override RowDecision OnHub(PartitionProgress row, HubState hub) => new RowDecision.Use(row);

        public override RowDecision OnDoubt(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, HubState hub) =>
            new RowDecision.BeginEpoch(row with { Epoch = row.Epoch + 1, HubCreated = hub.CreatedUnixMs, Durable = hub.BeginningSequence - 1, Offset = null });
    }

    public sealed class TakesAnyChange : DeliveryDecisions
    {
        public override RowDecision OnHub(PartitionProgress row, HubState hub) => base.OnHub(row, hub) is RowDecision.ReadAgain
            ? base.OnHub(row with { HubCreated = 0 }, hub)
            : base.OnHub(row, hub);
    }

    public sealed class KeepsEventsOfDeletedHubs : DeliveryDecisions
    {
        public override bool IsOfDeletedHub(PartitionProgress row, in IncomingEvent e) => false;
    }

    public sealed class TrustsTheRead : DeliveryDecisions
    {
        public override ReadDecision OnGap(PartitionProgress row, long? next, ReadOnlySpan<IncomingEvent> read, HubState hub) =>
            base.OnGap(row, next, read, hub with { CreatedUnixMs = row.HubCreated });
    }

    public sealed class ForgetsTheOldHub : DeliveryDecisions
    {
        public override RowDecision OnMemory(RowMemory memory, HubState hub) =>
            OnHub(memory.Row!, hub) is RowDecision.BeginEpoch begin ? begin : base.OnMemory(memory, hub);
    }

    public sealed class IgnoresExpiry : DeliveryDecisions
    {
        public override Makeup? OnOutcomes(PartitionProgress row, IReadOnlyList<PublishOutcome> outcomes) => null;
    }

    public sealed class RepairsTheWholeRange : DeliveryDecisions
    {
        public override DeliveryRun OnHeld(
            PartitionId partition, PartitionProgress row, Makeup makeup, ReadOnlyMemory<IncomingEvent> events, EventRange? absent, HeldRecords held) =>
            base.OnHeld(partition, row, makeup, events, absent, HeldRecords.None);
    }

    public sealed class DoesNotLook : DeliveryDecisions
    {
        public override RowDecision? OnRow(RowReads reads, HubState hub, StartPosition start) => base.OnRow(reads with { LastVisible = null }, hub, start);
    }

    public sealed class LooksOnlyOnce : DeliveryDecisions
    {
        public override bool IsConfirmed(PartitionProgress? row, string? confirmed) => row is not null && confirmed is not null;
    }

    public sealed class LooksAfter : DeliveryDecisions
    {
        public override RowDecision? OnRow(RowReads reads, HubState hub, StartPosition start) => base.OnRow(reads with { Row = reads.Hint }, hub, start);
    }

    public sealed class BeginsAtTheEnd : DeliveryDecisions
    {
        public override RowDecision? OnRow(RowReads reads, HubState hub, StartPosition start) => base.OnRow(reads, hub, StartPosition.Now);
    }

    public sealed class BelievesInOneHub : DeliveryDecisions
    {
        public override RowDecision OnHub(PartitionProgress row, HubState hub) => new RowDecision.Use(row);

        public override RowDecision OnDoubt(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, HubState hub) => new RowDecision.Use(row);
    }

    public sealed class ForgetsPending : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged) => base.OnStaged(run, staged) with { Pending = [] };
    }

    public sealed class CountsOneTooMany : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged)
        {
            var next = base.OnStaged(run, staged);
            return next with { Durable = next.Durable + 1 };
        }
    }

    public sealed class ForgetsSkipped : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged) => base.OnStaged(run, staged) with { Skipped = [] };
    }

    public sealed class FinishesEarly : DeliveryDecisions
    {
        public override PartitionProgress OnStaged(DeliveryRun run, StagedRun staged) => base.OnStaged(run, staged) with { Pending = staged.Segments };
    }

    public sealed class DoubtsTooMuch : DeliveryDecisions
    {
        public override RowDecision OnDoubt(PartitionProgress row, ReadOnlySpan<IncomingEvent> events, HubState hub) =>
            base.OnDoubt(row, events, hub with { BeginningSequence = 0 });
    }
}
