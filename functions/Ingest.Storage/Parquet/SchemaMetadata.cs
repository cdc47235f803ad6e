namespace Ingest.Storage.Parquet;

/// <summary>The file's schema as Thrift: a root, then its columns, lists as groups of three levels.</summary>
internal static class SchemaMetadata
{
    private const int Required = 0;
    private const int Optional = 1;
    private const int Repeated = 2;

    // Logical types by their field in the union, converted types by their number: old readers know only the latter.
    private const short LogicalString = 1;
    private const short LogicalList = 3;
    private const short LogicalDate = 6;
    private const short LogicalTimestamp = 8;
    private const short LogicalInteger = 10;
    private const short LogicalJson = 12;
    private const short LogicalUuid = 14;
    private const int ConvertedUtf8 = 0;
    private const int ConvertedList = 3;
    private const int ConvertedDate = 6;
    private const int ConvertedTimestampMicros = 10;
    private const int ConvertedInt32 = 17;
    private const int ConvertedInt64 = 18;
    private const int ConvertedJson = 19;

    public static PhysicalType PhysicalOf(ParquetType type) => type switch
    {
        ParquetType.Boolean => PhysicalType.Boolean,
        ParquetType.Int32 or ParquetType.Date => PhysicalType.Int32,
        ParquetType.Int64 or ParquetType.Timestamp => PhysicalType.Int64,
        ParquetType.Double => PhysicalType.Double,
        ParquetType.Uuid => PhysicalType.FixedLengthByteArray,
        _ => PhysicalType.ByteArray,
    };

    public static void Write(short field, IReadOnlyList<ParquetColumn> columns, CompactWriter writer)
    {
        writer.BeginStructs(field, 1 + columns.Sum(column => column.IsList ? 3 : 1));
        writer.BeginStruct();
        writer.Text(4, "segment");
        writer.Int32(5, columns.Count);
        writer.EndStruct();
        foreach (var column in columns)
        {
            if (!column.IsList)
            {
                Leaf(column.Name, column.Type, column.IsOptional ? Optional : Required, writer);
                continue;
            }

            Group(column.Name, Optional, isList: true, writer);
            Group("list", Repeated, isList: false, writer);
            Leaf("element", column.Type, Optional, writer);
        }
    }

    private static void Group(string name, int repetition, bool isList, CompactWriter writer)
    {
        writer.BeginStruct();
        writer.Int32(3, repetition);
        writer.Text(4, name);
        writer.Int32(5, 1);
        if (isList)
        {
            writer.Int32(6, ConvertedList);
            writer.BeginStruct(10);
            writer.Empty(LogicalList);
            writer.EndStruct();
        }

        writer.EndStruct();
    }

    private static void Leaf(string name, ParquetType type, int repetition, CompactWriter writer)
    {
        writer.BeginStruct();
        writer.Int32(1, (int)PhysicalOf(type));
        if (type == ParquetType.Uuid)
        {
            writer.Int32(2, 16);
        }

        writer.Int32(3, repetition);
        writer.Text(4, name);
        if (Converted(type) is { } converted)
        {
            writer.Int32(6, converted);
        }

        Logical(type, writer);
        writer.EndStruct();
    }

    private static int? Converted(ParquetType type) => type switch
    {
        ParquetType.String => ConvertedUtf8,
        ParquetType.Json => ConvertedJson,
        ParquetType.Date => ConvertedDate,
        ParquetType.Timestamp => ConvertedTimestampMicros,
        ParquetType.Int32 => ConvertedInt32,
        ParquetType.Int64 => ConvertedInt64,
        _ => null,
    };

    private static void Logical(ParquetType type, CompactWriter writer)
    {
        if (type is ParquetType.Double or ParquetType.Boolean or ParquetType.Binary)
        {
            return;
        }

        writer.BeginStruct(10);
        switch (type)
        {
            case ParquetType.Timestamp:
                writer.BeginStruct(LogicalTimestamp);
                writer.Boolean(1, true);
                writer.BeginStruct(2);
                writer.Empty(2);
                writer.EndStruct();
                writer.EndStruct();
                break;
            case ParquetType.Int32 or ParquetType.Int64:
                writer.BeginStruct(LogicalInteger);
                writer.Int8(1, (sbyte)(type == ParquetType.Int32 ? 32 : 64));
                writer.Boolean(2, true);
                writer.EndStruct();
                break;
            default:
                writer.Empty(type switch
                {
                    ParquetType.String => LogicalString,
                    ParquetType.Json => LogicalJson,
                    ParquetType.Date => LogicalDate,
                    _ => LogicalUuid,
                });
                break;
        }

        writer.EndStruct();
    }
}
