namespace Ingest.Pipeline.Enrichment;

/// <summary>All rows of a lookup at one time, with only the properties that are used, as UTF-8. Immutable; read from many threads.</summary>
internal sealed class LookupSnapshot
{
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> rows;
    private readonly IReadOnlyDictionary<string, byte[]?[]> columns;

    /// <param name="columns">Values by row, one array a property.</param>
    public LookupSnapshot(Dictionary<byte[], int> rows, IReadOnlyDictionary<string, byte[]?[]> columns, long bytes, string? version)
    {
        this.rows = rows.GetAlternateLookup<ReadOnlySpan<byte>>();
        this.columns = columns;
        Count = rows.Count;
        Bytes = bytes;
        Version = version;
    }

    public int Count { get; }

    /// <summary>Memory it takes, near enough.</summary>
    public long Bytes { get; }

    /// <summary>As <see cref="LookupVersion"/> has it; null where the source gives no ETags.</summary>
    public string? Version { get; }

    /// <summary>Number of the row, −1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> key) => rows.TryGetValue(key, out var row) ? row : -1;

    /// <summary>UTF-8 values by row; null where the row has no such property.</summary>
    public byte[]?[] Values(string property) => columns[property];
}
