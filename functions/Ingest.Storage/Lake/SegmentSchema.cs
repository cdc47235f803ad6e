using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using ParquetSharp;
using ParquetSharp.Schema;
using Column = Ingest.Pipeline.Records.Column;

namespace Ingest.Storage.Lake;

/// <summary>Collects a segment's columns, and how each is to be encoded, in the order of the file.</summary>
internal sealed class SegmentSchema : IDisposable
{
    // Higher levels cost several times the time for a few percent of size.
    private const int FastestLevel = 1;

    private readonly List<Node> nodes = [];
    private readonly List<LogicalType> types = [];
    private readonly WriterPropertiesBuilder properties;
    private readonly Compression text;

    public SegmentSchema(LakeCompression compression)
    {
        text = compression switch
        {
            LakeCompression.Zstd => Compression.Zstd,
            LakeCompression.Snappy => Compression.Snappy,
            LakeCompression.Gzip => Compression.Gzip,
            _ => Compression.Uncompressed,
        };

        // Sizes by level help to plan reads of deeply nested columns, which segments do not have; counting them visits every value.
        properties = new WriterPropertiesBuilder().SetSizeStatisticsLevel(SizeStatisticsLevel.None).WriteBatchSize(ColumnChunkWriter.SliceRows);

        // Numbers and dictionaries are packed already: zstd takes three times as long for them as snappy and saves a byte or two a row.
        properties.DisableDictionary().CreatedBy("Ingest.Functions").Compression(compression == LakeCompression.Zstd ? Compression.Snappy : text);
        if (compression == LakeCompression.Gzip)
        {
            properties.CompressionLevel(FastestLevel);
        }
    }

    /// <summary>A column whose values repeat: dictionary.</summary>
    public void AddRepeating(string name, PhysicalType physical, LogicalType logical, bool nullable = false)
    {
        Add(name, physical, logical, nullable);
        properties.EnableDictionary(name);
    }

    /// <summary>A column of ascending or near values: delta encoding. Int32 and Int64 only.</summary>
    public void AddDelta(string name, PhysicalType physical, LogicalType logical, bool nullable = false)
    {
        Add(name, physical, logical, nullable);
        properties.Encoding(name, Encoding.DeltaBinaryPacked);
    }

    /// <summary>A column of texts that are mostly unique.</summary>
    public void AddText(string name, LogicalType logical, bool statistics = true)
    {
        Add(name, PhysicalType.ByteArray, logical, nullable: false);
        EncodeText(name);
        if (!statistics)
        {
            properties.DisableStatistics(name);
        }
    }

    /// <summary>
    /// A column of the user's. Always optional in the file, whatever the schema says: a property that stops being required
    /// must not change the type of a column that other segments already have.
    /// </summary>
    public void Add(Column column, RowSelection rows)
    {
        var definition = column.Definition;
        var (physical, logical, length) = TypeOf(definition.Type);
        types.Add(logical);
        var path = definition.Name;
        if (definition.IsList)
        {
            path += ".list.element";
            var element = new PrimitiveNode("element", Repetition.Optional, logical, physical, length);
            var list = LogicalType.List();
            types.Add(list);
            nodes.Add(new GroupNode(definition.Name, Repetition.Optional, [new GroupNode("list", Repetition.Repeated, [element])], list));
        }
        else
        {
            nodes.Add(new PrimitiveNode(path, Repetition.Optional, logical, physical, length));
        }

        Encode(definition, path, EncodingChoice.Repeats(column, rows));
        if (column is BytesColumn texts && !EncodingChoice.Ascends(texts, rows))
        {
            properties.DisableStatistics(path);
        }
    }

    public (GroupNode Schema, WriterProperties Properties) Build() =>
        (new GroupNode("segment", Repetition.Required, nodes), properties.Build());

    public void Dispose()
    {
        foreach (var node in nodes)
        {
            node.Dispose();
        }

        foreach (var type in types)
        {
            type.Dispose();
        }

        properties.Dispose();
    }

    public static LogicalType Instant() => LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros);

    private void Encode(ColumnDefinition definition, string path, bool repeats)
    {
        if (definition.Type == ColumnType.Json)
        {
            // Smallest and largest JSON text means nothing and may be long.
            properties.DisableStatistics(path);
        }

        if (definition.Type is ColumnType.Boolean)
        {
            return;
        }

        if (repeats && definition.Type is not ColumnType.Timestamp)
        {
            properties.EnableDictionary(path);
        }
        else if (definition.Type is ColumnType.Int64 or ColumnType.Timestamp or ColumnType.Date)
        {
            properties.Encoding(path, Encoding.DeltaBinaryPacked);
        }
        else if (definition.Type is ColumnType.String or ColumnType.Json)
        {
            EncodeText(path);
        }
    }

    /// <summary>
    /// Lengths apart from the characters: without four bytes of length between any two values the compressor needs half the time
    /// and leaves less.
    /// </summary>
    private void EncodeText(string path)
    {
        properties.Encoding(path, Encoding.DeltaLengthByteArray);
        properties.Compression(path, text);
        if (text == Compression.Zstd)
        {
            properties.CompressionLevel(path, FastestLevel);
        }
    }

    private void Add(string name, PhysicalType physical, LogicalType logical, bool nullable)
    {
        types.Add(logical);
        nodes.Add(new PrimitiveNode(name, nullable ? Repetition.Optional : Repetition.Required, logical, physical, -1));
    }

    private static (PhysicalType Physical, LogicalType Logical, int Length) TypeOf(ColumnType type) => type switch
    {
        ColumnType.Int64 => (PhysicalType.Int64, LogicalType.Int(64, true), -1),
        ColumnType.Double => (PhysicalType.Double, LogicalType.None(), -1),
        ColumnType.Boolean => (PhysicalType.Boolean, LogicalType.None(), -1),
        ColumnType.Timestamp => (PhysicalType.Int64, Instant(), -1),
        ColumnType.Date => (PhysicalType.Int32, LogicalType.Date(), -1),
        ColumnType.Uuid => (PhysicalType.FixedLenByteArray, LogicalType.Uuid(), 16),
        ColumnType.Json => (PhysicalType.ByteArray, LogicalType.Json(), -1),
        _ => (PhysicalType.ByteArray, LogicalType.String(), -1),
    };
}
