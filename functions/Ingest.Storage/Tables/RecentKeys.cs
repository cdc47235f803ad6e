namespace Ingest.Storage.Tables;

/// <summary>
/// Remembers which record was last written to a key, for some tens of thousands of keys, so that different records under one key
/// are noticed across batches too. Holds hashes only: counts at least what happens within its memory, short of a collision of
/// 64 bits. Thread-safe.
/// </summary>
internal sealed class RecentKeys
{
    private const int Size = 1 << 16;

    private readonly (ulong Key, ulong Origin)[] last = new (ulong, ulong)[Size];
    private readonly Lock sync = new();

    /// <summary>How many of the rows have overwritten the row of another record.</summary>
    public int Remember(TransactionTarget target, TableRows rows, List<int> numbers)
    {
        var overwritten = 0;
        var salt = (long)KeyHashing.Hash(target.Put);
        lock (sync)
        {
            foreach (var number in numbers)
            {
                var row = rows[number];
                var (key, origin) = (KeyHashing.Hash(rows.KeyOf(row), salt), rows.OriginHashOf(row));
                ref var slot = ref last[key % Size];
                overwritten += slot.Key == key && slot.Origin != origin ? 1 : 0;
                slot = (key, origin);
            }
        }

        return overwritten;
    }
}
