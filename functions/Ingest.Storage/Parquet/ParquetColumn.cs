using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>What a column of the file holds, as its readers see it.</summary>
internal enum ParquetType
{
    Int32,
    Int64,
    Double,
    Boolean,

    /// <summary>UTF-8.</summary>
    String,

    /// <summary>UTF-8 that holds JSON.</summary>
    Json,

    /// <summary>Bytes without a meaning.</summary>
    Binary,

    /// <summary>Microseconds since the Unix epoch, UTC, in int64.</summary>
    Timestamp,

    /// <summary>Days since the Unix epoch in int32.</summary>
    Date,

    /// <summary>16 bytes in the order of the text.</summary>
    Uuid,
}

/// <summary>A column of the file.</summary>
/// <param name="IsOptional">Whether rows may lack a value. Lists are optional lists of optional elements.</param>
internal sealed record ParquetColumn(string Name, ParquetType Type, bool IsOptional = false, bool IsList = false)
{
    /// <summary>
    /// A column of the user's. Always optional in the file, whatever the schema says: a property that stops being required must
    /// not change the type of a column that other segments already have.
    /// </summary>
    public static ParquetColumn Of(ColumnDefinition definition) => new(definition.Name, TypeOf(definition.Type), true, definition.IsList);

    private static ParquetType TypeOf(ColumnType type) => type switch
    {
        ColumnType.Int64 => ParquetType.Int64,
        ColumnType.Double => ParquetType.Double,
        ColumnType.Boolean => ParquetType.Boolean,
        ColumnType.String => ParquetType.String,
        ColumnType.Timestamp => ParquetType.Timestamp,
        ColumnType.Date => ParquetType.Date,
        ColumnType.Uuid => ParquetType.Uuid,
        ColumnType.Json => ParquetType.Json,
        _ => throw new NotSupportedException($"Parquet has no form for {type}."),
    };
}
