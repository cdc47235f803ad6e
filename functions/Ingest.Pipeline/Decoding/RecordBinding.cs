using System.ComponentModel.DataAnnotations;

namespace Ingest.Pipeline.Decoding;

/// <summary>Which values of a record are its id and its event time.</summary>
/// <param name="IdColumn">Column of the id; null: the record's origin.</param>
/// <param name="KeyColumn">Column that <c>key</c> names; null: none.</param>
/// <param name="TimeColumn">Timestamp column of the event time; null: the enqueued time.</param>
public sealed record RecordBinding(string? IdColumn, string? KeyColumn, string? TimeColumn);

/// <summary>Bounds on what one event may cost. Beyond them: quarantine with <c>too-large</c>, in constant memory.</summary>
public sealed class DecodingOptions
{
    /// <summary>Decompressed size of one event in bytes; default 16 MiB, 1 KiB–256 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxDecompressedBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Decompressed ÷ compressed size; default 200, 2–100,000.</summary>
    [Range(2, 100_000)]
    public int MaxCompressionRatio { get; set; } = 200;

    /// <summary>Nesting depth of a record; default 64, 1–1,000.</summary>
    [Range(1, 1000)]
    public int MaxDepth { get; set; } = 64;

    /// <summary>Records of one event; default 10,000, 1–1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRecordsPerEvent { get; set; } = 10_000;

    /// <summary>Bytes of one string value; default 1 MiB, 1–16 MiB.</summary>
    [Range(1, 16 * 1024 * 1024)]
    public int MaxStringBytes { get; set; } = 1024 * 1024;
}
