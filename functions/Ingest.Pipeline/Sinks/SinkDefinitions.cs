namespace Ingest.Pipeline.Sinks;

/// <summary><c>write.lake</c> of a stream.</summary>
/// <param name="Sort">Columns to sort a segment's rows by; empty keeps the order of the log.</param>
public sealed record LakeDefinition(LakeCompression Compression, IReadOnlyList<string> Sort);

public enum LakeCompression
{
    Zstd,
    Snappy,
    Gzip,
    None,
}

/// <summary><c>write.table</c> (one row per key, last writer wins) or <c>write.latest</c> (never goes back in time) of a stream.</summary>
/// <param name="Name">Table name, [A-Za-z][A-Za-z0-9]{2,62}.</param>
/// <param name="Columns">Columns to store; null stores all.</param>
public sealed record TableDefinition(string Name, KeyTemplate PartitionKey, KeyTemplate RowKey, IReadOnlyList<string>? Columns);

/// <summary>A key as text and column values, for example <c>{deviceId}-{time:desc}-{id}</c>.</summary>
public sealed record KeyTemplate(string Text, IReadOnlyList<KeyPart> Parts);

public abstract record KeyPart;

public sealed record KeyLiteral(string Text) : KeyPart;

/// <summary><c>{column}</c>; <c>{id}</c> is the record's id.</summary>
public sealed record KeyColumn(string Column) : KeyPart;

/// <summary><c>{time:desc}</c>: reverse ticks of the event time, 19 digits, newest first.</summary>
public sealed record KeyTimeDescending : KeyPart;

/// <summary><c>{time:yyyyMMddHH}</c>: the event time in a .NET custom format, UTC.</summary>
public sealed record KeyTimeFormat(string Format) : KeyPart;

/// <summary><c>{hash:column:NN}</c>: the column's stable hash spread over <paramref name="Buckets"/> values, zero-padded.</summary>
public sealed record KeyHash(string Column, int Buckets) : KeyPart;
