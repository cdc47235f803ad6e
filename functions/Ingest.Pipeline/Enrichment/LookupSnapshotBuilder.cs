using System.Text;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Takes in the rows of a lookup, and stops where they outgrow the memory that they may take.</summary>
internal sealed class LookupSnapshotBuilder(LookupDefinition lookup, IReadOnlyCollection<string> properties, long maxBytes) : IDisposable
{
    // What the runtime adds to a key: array and dictionary entry; and to a value: a reference in its column.
    private const int KeyOverhead = 56;
    private const int ValueOverhead = 8;
    private const int ArrayOverhead = 24;

    private readonly Dictionary<byte[], int> rows = new(Utf8KeyComparer.Instance);
    private readonly Dictionary<string, List<byte[]?>> columns = properties.ToDictionary(p => p, _ => new List<byte[]?>(), StringComparer.Ordinal);

    // Most lookups map many keys to few values (states, sites, models): each is kept once.
    private readonly Dictionary<byte[], byte[]> pool = new(Utf8KeyComparer.Instance);
    private readonly LookupVersion version = new();
    private long bytes;
    private int added;

    /// <exception cref="LookupTooLargeException">The rows so far take more than they may.</exception>
    public void Add(in LookupRow row)
    {
        var key = Encoding.UTF8.GetBytes(row.Key);

        // Two encodings of one key, which only a foreign hand can have written: the later one counts.
        rows[key] = added++;
        version.Add(row);
        bytes += KeyOverhead + key.Length;
        foreach (var (property, values) in columns)
        {
            bytes += ValueOverhead;
            values.Add(row.Properties.TryGetValue(property, out var value) && value is not null ? Pooled(LookupText.Encode(value)) : null);
        }

        if (bytes > maxBytes)
        {
            throw new LookupTooLargeException(lookup, added - 1, maxBytes);
        }
    }

    public LookupSnapshot Build() =>
        new(rows, columns.ToDictionary(c => c.Key, c => c.Value.ToArray(), StringComparer.Ordinal), bytes, version.ToText());

    public void Dispose() => version.Dispose();

    private byte[] Pooled(byte[] text)
    {
        if (!pool.TryGetValue(text, out var pooled))
        {
            pool.Add(text, pooled = text);
            bytes += ArrayOverhead + text.Length;
        }

        return pooled;
    }
}

/// <summary>A lookup does not fit in the memory it may take. Permanent until its table or the limit changes.</summary>
public sealed class LookupTooLargeException(LookupDefinition lookup, int fitting, long maxBytes)
    : Exception(
        $"Lookup \"{lookup.Name}\" (table {lookup.Table}) has more rows than the {fitting} that fit into {maxBytes} bytes. "
        + "Remove rows, use fewer of its properties, or raise the setting Ingest__Lookup__MaxBytes.");
