using Ingest.Pipeline.Events;

namespace Ingest.Storage.Quarantine;

/// <summary>A quarantined record as its segment holds it, without its bytes.</summary>
public record QuarantineHead
{
    public required RecordOrigin Origin { get; init; }

    /// <summary>End of the range for <c>absent-upstream</c>, else the origin's sequence number.</summary>
    public required long LastSequence { get; init; }

    public required DateTimeOffset Enqueued { get; init; }

    /// <summary>null where routing failed.</summary>
    public required string? Stream { get; init; }

    /// <summary>The fault code, for example <c>unknown-stream</c>.</summary>
    public required string Code { get; init; }
}

/// <summary>A quarantined record with everything that came with it.</summary>
public sealed record QuarantineRow : QuarantineHead
{
    public required DateTimeOffset Ingested { get; init; }

    /// <summary>Partition key; null: none.</summary>
    public required string? Key { get; init; }

    public required string Stage { get; init; }

    /// <summary>JSON Pointer of the offending value; null: none.</summary>
    public required string? Path { get; init; }

    public required string Detail { get; init; }

    /// <summary>As received where <see cref="IsWholeEvent"/>, else the record's own bytes, decompressed.</summary>
    public required byte[] Body { get; init; }

    public required bool IsWholeEvent { get; init; }

    public required string? ContentType { get; init; }

    public required string? ContentEncoding { get; init; }

    /// <summary>Application properties, see <see cref="AmqpValueJson"/>; null: none.</summary>
    public required string? Properties { get; init; }

    /// <inheritdoc cref="Properties"/>
    public required string? SystemProperties { get; init; }

    public required string PipelineVersion { get; init; }
}
