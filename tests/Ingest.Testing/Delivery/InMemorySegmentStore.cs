using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Sinks;

namespace Ingest.Testing.Delivery;

/// <summary>A record as a reader of the lake or the quarantine sees it.</summary>
public readonly record struct VisibleRecord(int Epoch, long Sequence, int Index);

/// <summary>Staged blocks and published blobs. Publishing what no commit named, or twice, is a violation that fails the test.</summary>
public sealed class InMemorySegmentStore(INetwork network, InMemoryProgressStore progress) : ISegmentStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, IReadOnlyList<VisibleRecord>> staged = [];
    private readonly Dictionary<string, IReadOnlyList<VisibleRecord>> visible = [];

    public string LakeContainer => "lake";

    public string QuarantineContainer => "quarantine";

    /// <summary>What a plain listing finds: every published segment with its records.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<VisibleRecord>> Visible
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<string, IReadOnlyList<VisibleRecord>>(visible);
            }
        }
    }

    public List<string> Violations { get; } = [];

    public bool IsVisible(string path)
    {
        lock (gate)
        {
            return visible.ContainsKey(path);
        }
    }

    public Task StageAsync(SegmentName name, IReadOnlyList<VisibleRecord> records) => network.CallAsync("stage", () =>
    {
        lock (gate)
        {
            staged[name.ToString()] = records;
            return true;
        }
    });

    public Task<PublishOutcome> PublishAsync(string path, CancellationToken cancellationToken) => network.CallAsync("publish", () => Publish(path));

    public Task<(int Epoch, long Last)?> FindLastVisibleAsync(PartitionId partition, long? fromHour, CancellationToken cancellationToken) =>
        network.CallAsync("list", () =>
        {
            lock (gate)
            {
                var mine = visible.Keys.Select(SegmentName.TryParse)
                    .Where(n => n!.Hub == partition.Hub && n.Partition == partition.Number && n.Hour >= (fromHour ?? long.MinValue))
                    .Select(n => (n!.Epoch, n.Last)).ToList();
                return mine.Count == 0 ? ((int, long)?)null : mine.Max();
            }
        });

    /// <summary>A week passes: blocks that were staged and not published are gone.</summary>
    public void ExpireStaged()
    {
        lock (gate)
        {
            staged.Clear();
        }
    }

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

            if (!staged.Remove(path, out var records))
            {
                return PublishOutcome.Expired;
            }

            visible[path] = records;
            return PublishOutcome.Published;
        }
    }
}
