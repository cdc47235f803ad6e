using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Testing.Delivery;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>
/// Deliberate mistakes in the protocol. Each must be caught, or the check that passes without them proves nothing. The first
/// 25 are those of the protocol's first model.
/// </summary>
public static class Mistakes
{
    public static IReadOnlyDictionary<string, HostileRules> All { get; } = new Dictionary<string, HostileRules>
    {
        ["visible: writes segments directly"] = new BrokenStaging.WritesDirectly(),
        ["nocas: commits unconditionally"] = With(new BrokenDecisions.CommitsUnconditionally()),
        ["publishfirst: publishes before the commit"] = new BrokenStaging.PublishesFirst(),
        ["nopending: does not publish what is found pending"] = With(new BrokenDecisions.LeavesPending()),
        ["samename: has no attempt in the name"] = new BrokenStaging.NamesAlike(),
        ["tablesafter: writes tables after the commit"] = new BrokenStaging.WritesTablesLate(),
        ["nodrop: does not drop redelivered events"] = With(new BrokenDecisions.KeepsRedelivered()),
        ["keepcache: trusts the cached row after a failed publication"] = With(new BrokenDecisions.TrustsTheCache()),
        ["norepair: ignores gaps"] = With(new BrokenDecisions.IgnoresGaps()),
        ["emptyislost: takes an empty read for proof of absence"] = With(new BrokenDecisions.BelievesEmptyReads()),
        ["firstbatch: takes the batch at hand for the beginning where there is no row"] = With(new BrokenDecisions.BeginsWithTheBatch()),
        ["notail: does not repair the tail"] = With(new BrokenDecisions.LeavesTheTail()),
        ["nocreated: detects a new hub by enqueued times alone"] = With(new BrokenDecisions.GoesByEnqueuedTimes()),
        ["anychange: takes an earlier creation time for a new hub"] = With(new BrokenDecisions.TakesAnyChange()),
        ["stalebatch: processes events that are older than the hub"] = With(new BrokenDecisions.KeepsEventsOfDeletedHubs()),
        ["repairnocheck: does not look at the hub again after a repair read"] = With(new BrokenDecisions.TrustsTheRead()),
        ["forgetold: begins an epoch without waiting for what is pending"] = With(new BrokenDecisions.ForgetsTheOldHub()),
        ["noexpiry: takes an invalid block list for published"] = With(new BrokenDecisions.IgnoresExpiry()),
        ["wholerange: repairs the whole range of an expired segment"] = With(new BrokenDecisions.RepairsTheWholeRange()),
        ["earlycompact: compacts into the range of a pending segment"] = new BrokenStaging.CompactsEarly(),
        ["nolook: does not look for segments beyond durable"] = With(new BrokenDecisions.DoesNotLook()),
        ["lookafter: lists the lake after the row was read"] = With(new BrokenDecisions.LooksAfter()),
        ["takes a row for confirmed because another one was"] = With(new BrokenDecisions.LooksOnlyOnce()),
        ["nocap: has no limit of segments in a commit"] = new BrokenStaging.NeverCuts(),
        ["latestblind: overwrites latest without comparing"] = new BrokenStaging.OverwritesLatest(),
        ["latestnoetag: compares latest and writes without its ETag"] = new BrokenStaging.WritesLatestWithoutETag(),
        ["begins where the hub ends"] = With(new BrokenDecisions.BeginsAtTheEnd()),
        ["does not notice a recreated hub"] = With(new BrokenDecisions.BelievesInOneHub()),
        ["forgets what a commit staged"] = With(new BrokenDecisions.ForgetsPending()),
        ["makes one event too many durable"] = With(new BrokenDecisions.CountsOneTooMany()),
        ["forgets what an operator skipped"] = With(new BrokenDecisions.ForgetsSkipped()),
        ["finishes an expired range after its first part"] = With(new BrokenDecisions.FinishesEarly()),
        ["takes every old number of a later time for another event"] = With(new BrokenDecisions.DoubtsTooMuch()),
    };

    private static HostileRules With(DeliveryDecisions decisions) => new() { Decisions = decisions };
}
