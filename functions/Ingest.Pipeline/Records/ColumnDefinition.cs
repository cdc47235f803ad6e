namespace Ingest.Pipeline.Records;

/// <summary>What a column holds. Physical form in brackets.</summary>
public enum ColumnType
{
    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>IEEE 754 double; never NaN or infinite.</summary>
    Double,
    Boolean,

    /// <summary>UTF-8 text [bytes].</summary>
    String,

    /// <summary>UTC instant [microseconds since the Unix epoch].</summary>
    Timestamp,

    /// <summary>Calendar day [days since the Unix epoch, held as int64].</summary>
    Date,

    /// <summary>UUID [16 bytes, big-endian as in its text].</summary>
    Uuid,

    /// <summary>JSON text [UTF-8 bytes].</summary>
    Json,
}

/// <param name="Name">Dotted for nested properties: <c>location.lat</c>.</param>
/// <param name="IsList">A list of scalars of <paramref name="Type"/>.</param>
public sealed record ColumnDefinition(string Name, ColumnType Type, bool IsList = false, bool Nullable = true);
