using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Testing.Delivery;

namespace Ingest.Pipeline.Tests.Progress;

/// <summary>Deliberate mistakes in the rooms around the decisions: staging, tables, compaction.</summary>
internal static class BrokenStaging
{
    public sealed class WritesDirectly : HostileRules
    {
        public override Task AfterStageAsync(InMemorySegmentStore segments, string path) => segments.PublishAsync(path, default);
    }

    public sealed class PublishesFirst : HostileRules
    {
        public override Task BeforeCommitAsync(InMemorySegmentStore segments, IEnumerable<string> paths) =>
            Task.WhenAll(paths.Select(path => segments.PublishAsync(path, default)));
    }

    public sealed class NamesAlike : HostileRules
    {
        public override int AttemptOf(int attempt) => 0;
    }

    public sealed class NeverCuts : HostileRules
    {
        public override bool IsCut(int segments) => false;
    }

    public sealed class WritesTablesLate : HostileRules
    {
        public override bool WritesTablesBeforeCommit => false;
    }

    public sealed class OverwritesLatest : HostileRules
    {
        public override bool IsNewer(LatestOrder record, LatestOrder? stored) => true;
    }

    public sealed class WritesLatestWithoutETag : HostileRules
    {
        public override bool MatchesETag(LatestOrder? compared, LatestOrder? stored) => true;
    }

    public sealed class CompactsEarly : HostileRules
    {
        public override bool MayCompact(SegmentName segment, PartitionProgress? row) => true;
    }
}
