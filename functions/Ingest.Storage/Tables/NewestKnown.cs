namespace Ingest.Storage.Tables;

/// <summary>What is known of a stored row.</summary>
/// <param name="ETag">Null: there is no such row.</param>
internal readonly record struct KnownRow(string? ETag, RecordOrder Order);

/// <summary>
/// Remembers the rows of recent keys, at most <paramref name="capacity"/> of them. What it remembers may be stale: the
/// conditional write finds out. Two generations stand in for an exact order of use: a full young one becomes the old one, and
/// the old one is forgotten. Thread-safe.
/// </summary>
internal sealed class NewestKnown(int capacity)
{
    private readonly Lock gate = new();
    private Dictionary<(string Table, string PartitionKey, string RowKey), KnownRow> young = [];
    private Dictionary<(string Table, string PartitionKey, string RowKey), KnownRow> old = [];

    public int Count
    {
        get
        {
            lock (gate)
            {
                return young.Count + old.Count;
            }
        }
    }

    public KnownRow? Find((string Table, string PartitionKey, string RowKey) key)
    {
        lock (gate)
        {
            if (young.TryGetValue(key, out var row))
            {
                return row;
            }

            if (!old.Remove(key, out row))
            {
                return null;
            }

            Put(key, row);
            return row;
        }
    }

    public void Remember((string Table, string PartitionKey, string RowKey) key, KnownRow row)
    {
        lock (gate)
        {
            old.Remove(key);
            Put(key, row);
        }
    }

    public void Forget((string Table, string PartitionKey, string RowKey) key)
    {
        lock (gate)
        {
            young.Remove(key);
            old.Remove(key);
        }
    }

    private void Put((string Table, string PartitionKey, string RowKey) key, KnownRow row)
    {
        if (capacity < 2)
        {
            return;
        }

        if (young.Count >= capacity / 2 && !young.ContainsKey(key))
        {
            (old, young) = (young, old);
            young.Clear();
        }

        young[key] = row;
    }
}
