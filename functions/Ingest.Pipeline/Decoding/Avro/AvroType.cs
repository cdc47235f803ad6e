using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

internal enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed,
    Enum,
    Array,
    Map,
    Record,
    Union,
}

internal enum AvroLogical
{
    None,
    Decimal,
    Uuid,
    Date,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
}

/// <summary>One type of an Avro schema. Named types may refer to themselves.</summary>
internal sealed class AvroType(AvroKind kind, int line)
{
    public AvroKind Kind => kind;

    public int Line => line;

    /// <summary>With its namespace; null where the type has none.</summary>
    public string? FullName { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public AvroLogical Logical { get; set; }

    public int Scale { get; set; }

    /// <summary>Bytes of a <see cref="AvroKind.Fixed"/>.</summary>
    public int Size { get; init; }

    public IReadOnlyList<string> Symbols { get; init; } = [];

    public byte[][] SymbolBytes { get; init; } = [];

    /// <summary>Symbol that stands for those the reader does not know; null where there is none.</summary>
    public string? EnumDefault { get; init; }

    /// <summary>Of an array or a map.</summary>
    public AvroType? Items { get; init; }

    public List<AvroField> Fields { get; } = [];

    public IReadOnlyList<AvroType> Branches { get; init; } = [];

    public string Describe() => kind is AvroKind.Record or AvroKind.Enum or AvroKind.Fixed ? $"{kind.ToString().ToLowerInvariant()} {FullName}" : kind.ToString().ToLowerInvariant();
}

/// <param name="Default">Null where the field has none.</param>
internal sealed record AvroField(string Name, AvroType Type, SchemaValue? Default, IReadOnlyList<string> Aliases, int Line);
