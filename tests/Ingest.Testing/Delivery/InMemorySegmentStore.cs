using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Sinks;

namespace Ingest.Testing.Delivery;

/// <summary>A record as a reader of the lake or the quarantine sees it.</summary>
/// <param name="Incarnation">The hub that the event truly came from, which the protocol does not know; 0 where a test has only one.</param>
public readonly record struct VisibleRecord(int Epoch, long Sequence, int Index, int Incarnation = 0);

/// <summary>Staged blocks and published blobs. Publishing what no commit named, or twice, is a violation that fails the test.</summary>
public sealed class InMemorySegmentStore(INetwork network, InMemoryProgressStore progress) : ISegmentStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Content> staged = [];
    private readonly Dictionary<string, Content> visible = [];
    private readonly Dictionary<string, Content> compacted = [];

    public string LakeContainer => "lake";

    public string QuarantineContainer => "quarantine";

    /// <summary>What a plain listing finds: every published segment with its records.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<VisibleRecord>> Visible
    {
        get
        {
            lock (gate)
            {
                return visible.ToDictionary(pair => pair.Key, pair => pair.Value.Records);
            }
        }
    }

    /// <summary>Everything that is at rest, wherever compaction has put it.</summary>
    public IEnumerable<KeyValuePair<string, IReadOnlyList<VisibleRecord>>> AtRest =>
        visible.Concat(compacted).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Records));

    /// <summary>Ranges on record as lost upstream, each with the epoch it was lost in.</summary>
    public IEnumerable<(int Epoch, EventRange Range)> Absent =>
        visible.Concat(compacted).SelectMany(pair => pair.Value.Absent.Select(range => (SegmentName.TryParse(pair.Key)!.Epoch, range)));

    /// <summary>Records of blocks that were staged and not published in time.</summary>
    public HashSet<VisibleRecord> Expired { get; } = [];

    public List<string> Violations { get; } = [];

    public bool IsVisible(string path)
    {
        lock (gate)
        {
            return visible.ContainsKey(path) || compacted.ContainsKey(path);
        }
    }

    /// <summary>Whether the segment is invisible and could still be published.</summary>
    public bool IsStaged(string path) => staged.ContainsKey(path);

    public Task StageAsync(SegmentName name, IReadOnlyList<VisibleRecord> records, IReadOnlyList<EventRange>? absent = null) => network.CallAsync("stage", () =>
    {
        lock (gate)
        {
            staged[name.ToString()] = new Content(records, absent ?? []);
            return true;
        }
    });

    public Task<PublishOutcome> PublishAsync(string path, CancellationToken cancellationToken) => network.CallAsync("publish", () => Publish(path));

    public Task<(int Epoch, long Last)?> FindLastVisibleAsync(PartitionId partition, long? fromHour, CancellationToken cancellationToken) =>
        network.CallAsync("list", () =>
        {
            lock (gate)
            {
                var mine = visible.Keys.Concat(compacted.Keys).Select(SegmentName.TryParse)
                    .Where(n => IsOf(n!, partition) && n!.Hour >= (fromHour ?? long.MinValue))
                    .Select(n => (n!.Epoch, n.Last)).ToList();
                return mine.Count == 0 ? ((int, long)?)null : mine.Max();
            }
        });

    public Task<HeldRecords> FindRecordsAsync(PartitionId partition, int epoch, EventRange range, long? fromHour, CancellationToken cancellationToken) =>
        network.CallAsync("find", () =>
        {
            lock (gate)
            {
                var mine = visible.Where(pair => SegmentName.TryParse(pair.Key) is { } n && IsOf(n, partition) && n.Epoch == epoch && n.Hour >= (fromHour ?? long.MinValue)).ToList();
                var places = mine.SelectMany(pair => pair.Value.Records).Select(r => new RecordPlace(r.Sequence, r.Index))
                    .Where(place => range.First <= place.Sequence && place.Sequence <= range.Last).ToList();
                return new HeldRecords(places.ToHashSet(), places.Count - places.Distinct().Count(), [.. mine.SelectMany(pair => pair.Value.Absent)]);
            }
        });

    /// <summary>A week passes: blocks that were staged and not published are gone.</summary>
    public void ExpireStaged(Func<string, bool>? which = null)
    {
        lock (gate)
        {
            foreach (var path in staged.Keys.Where(path => which?.Invoke(path) ?? true).ToList())
            {
                staged.Remove(path, out var content);
                Expired.UnionWith(content!.Records);
            }
        }
    }

    /// <summary>Somebody merges the segment into a file of their own and deletes it from the lake.</summary>
    public void Compact(string path)
    {
        lock (gate)
        {
            if (visible.Remove(path, out var content))
            {
                compacted[path] = content;
            }
        }
    }

    private static bool IsOf(SegmentName name, PartitionId partition) => name.Hub == partition.Hub && name.Partition == partition.Number;

    private PublishOutcome Publish(string path)
    {
        lock (gate)
        {
            if (!progress.Named.ContainsKey(path))
            {
                Violations.Add($"{path} became visible before any commit named it");
            }

            if (visible.ContainsKey(path))
            {
                return PublishOutcome.AlreadyPublished;
            }

            if (!staged.Remove(path, out var content))
            {
                return PublishOutcome.Expired;
            }

            visible[path] = content;
            return PublishOutcome.Published;
        }
    }

    private sealed record Content(IReadOnlyList<VisibleRecord> Records, IReadOnlyList<EventRange> Absent);
}
