namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>
/// Decides which partition to claim next. Pure. Unowned ones first; then from owners that have more than their share, so that all end
/// with the same number, give or take one.
/// </summary>
internal sealed class OwnershipBalancer(string ownerId, TimeSpan expiration, Random random)
{
    /// <summary>The partition to claim; null when this worker has its share.</summary>
    public string? Next(IReadOnlyList<string> partitions, IReadOnlyDictionary<string, PartitionOwnership> ownership, DateTimeOffset now)
    {
        var owners = new Dictionary<string, List<string>> { [ownerId] = [] };
        var unowned = new List<string>();
        foreach (var partition in partitions)
        {
            if (ownership.TryGetValue(partition, out var record) && IsActive(record, now))
            {
                if (!owners.TryGetValue(record.OwnerId, out var owned))
                {
                    owners[record.OwnerId] = owned = [];
                }

                owned.Add(partition);
            }
            else
            {
                unowned.Add(partition);
            }
        }

        var mine = owners[ownerId].Count;
        var minimum = partitions.Count / owners.Count;
        if (unowned.Count > 0)
        {
            return mine <= minimum ? Any(unowned) : null;
        }

        var maximum = minimum + 1;
        var others = owners.Where(owner => owner.Key != ownerId).Select(owner => owner.Value).ToList();
        var above = others.Where(owned => owned.Count > maximum).SelectMany(owned => owned).ToList();
        if (above.Count > 0 && mine < maximum)
        {
            return Any(above);
        }

        var exactly = others.Where(owned => owned.Count == maximum).SelectMany(owned => owned).ToList();
        return exactly.Count > 0 && mine < minimum ? Any(exactly) : null;
    }

    private bool IsActive(PartitionOwnership record, DateTimeOffset now) =>
        record.OwnerId != "" && (record.OwnerId == ownerId || now - record.LastModified < expiration);

    private string Any(List<string> partitions) => partitions[random.Next(partitions.Count)];
}
