namespace Ingest.Pipeline.Enrichment;

/// <summary>All rows of a lookup at one time, with only the properties that are used, as UTF-8. Immutable; read from many threads.</summary>
internal sealed class LookupSnapshot
{
    // What the runtime adds to a key: array and dictionary entry; and to a value: a reference in its column.
    private const int KeyOverhead = 56;
    private const int ValueOverhead = 8;
    private const int ArrayOverhead = 24;

    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> rows;
    private readonly Dictionary<string, byte[]?[]> columns;

    private LookupSnapshot(Dictionary<byte[], int> rows, Dictionary<string, byte[]?[]> columns, long bytes)
    {
        this.rows = rows.GetAlternateLookup<ReadOnlySpan<byte>>();
        this.columns = columns;
        Count = rows.Count;
        Bytes = bytes;
    }

    public int Count { get; }

    /// <summary>Memory it takes, near enough.</summary>
    public long Bytes { get; }

    /// <exception cref="LookupTooLargeException">It would take more than <paramref name="maxBytes"/>.</exception>
    public static LookupSnapshot Build(
        LookupDefinition lookup, IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> source, IReadOnlyCollection<string> properties, long maxBytes)
    {
        var rows = new Dictionary<byte[], int>(source.Count, Utf8KeyComparer.Instance);
        var columns = properties.ToDictionary(p => p, _ => new byte[]?[source.Count], StringComparer.Ordinal);

        // Most lookups map many keys to few values (states, sites, models): each is kept once.
        var pool = new Dictionary<byte[], byte[]>(Utf8KeyComparer.Instance);
        var bytes = 0L;
        foreach (var (key, row) in source)
        {
            var keyBytes = System.Text.Encoding.UTF8.GetBytes(key);
            var index = rows.Count;
            rows.Add(keyBytes, index);
            bytes += KeyOverhead + keyBytes.Length;
            foreach (var (property, values) in columns)
            {
                bytes += ValueOverhead;
                if (!row.TryGetValue(property, out var value) || value is null)
                {
                    continue;
                }

                var text = LookupText.Encode(value);
                if (!pool.TryGetValue(text, out var pooled))
                {
                    pool.Add(text, text);
                    bytes += ArrayOverhead + text.Length;
                    pooled = text;
                }

                values[index] = pooled;
            }

            if (bytes > maxBytes)
            {
                throw new LookupTooLargeException(lookup, rows.Count, source.Count, maxBytes);
            }
        }

        return new LookupSnapshot(rows, columns, bytes);
    }

    /// <summary>Number of the row, −1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> key) => rows.TryGetValue(key, out var row) ? row : -1;

    /// <summary>UTF-8 values by row; null where the row has no such property.</summary>
    public byte[]?[] Values(string property) => columns[property];
}

/// <summary>A lookup does not fit in the memory it may take. Permanent until its table or the limit changes.</summary>
public sealed class LookupTooLargeException(LookupDefinition lookup, int fitting, int rows, long maxBytes)
    : Exception(
        $"Lookup \"{lookup.Name}\" (table {lookup.Table}) has {rows} rows, of which {fitting - 1} fit into {maxBytes} bytes. "
        + "Remove rows, use fewer of its properties, or raise LookupOptions.MaxBytes.");
