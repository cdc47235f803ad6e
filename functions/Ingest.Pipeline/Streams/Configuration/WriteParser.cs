using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>write</c>: where a stream's rows go. The lake is always among the places, since it is what progress is about.</summary>
internal static class WriteParser
{
    private static readonly LakeDefinition DefaultLake = new(LakeCompression.Zstd, []);

    private static readonly Dictionary<string, LakeCompression> Compressions = new(StringComparer.Ordinal)
    {
        ["zstd"] = LakeCompression.Zstd,
        ["snappy"] = LakeCompression.Snappy,
        ["gzip"] = LakeCompression.Gzip,
        ["none"] = LakeCompression.None,
    };

    private static readonly string[] TableProperties = ["PartitionKey", "RowKey", "Timestamp"];

    public static (LakeDefinition Lake, TableDefinition? Latest) Parse(ConfigObject? write, ColumnScope scope, RecordBinding binding)
    {
        if (write is null)
        {
            return (DefaultLake, null);
        }

        var lake = Lake(write.OptionalObject("lake"), scope);
        var latest = Table(write.OptionalObject("latest"), scope, binding);
        write.NotYet("table");
        write.Finish();
        return (lake, latest);
    }

    private static LakeDefinition Lake(ConfigObject? lake, ColumnScope scope)
    {
        if (lake is null)
        {
            return DefaultLake;
        }

        var compression = LakeCompression.Zstd;
        if (lake.OptionalText("compression") is { } text && !Compressions.TryGetValue(text.Value, out compression))
        {
            scope.Errors.Add(text.Node, $"Unknown compression \"{text.Value}\".{Suggestion.For(text.Value, Compressions.Keys, "values")}");
        }

        var sort = lake.OptionalTexts("sort") ?? [];
        foreach (var name in sort)
        {
            if (scope.CheckNamed(name) && scope.All.FirstOrDefault(c => c.Name == name.Value) is { } column
                && (column.IsList || column.Type == ColumnType.Json))
            {
                scope.Errors.Add(name.Node, $"Rows cannot be sorted by \"{name.Value}\": it is {ColumnScope.Describe(column)}.");
            }
        }

        lake.Finish();
        return new LakeDefinition(compression, [.. sort.Select(s => s.Value)]);
    }

    private static TableDefinition? Table(ConfigObject? table, ColumnScope scope, RecordBinding binding)
    {
        if (table is null)
        {
            return null;
        }

        var before = scope.Errors.Count;
        var name = table.RequiredText("name", "it names the table");
        if (name is not null)
        {
            Names.CheckTable(name, scope.Errors);
        }

        var partitionKey = Key(table.RequiredText("partitionKey", "rows of one partition key are written together"), scope, binding);
        var rowKey = Key(table.RequiredText("rowKey", "it tells rows of one partition key apart"), scope, binding);
        var columns = table.OptionalTexts("columns");
        foreach (var column in columns ?? [])
        {
            scope.CheckNamed(column);
        }

        foreach (var taken in TableProperties.Intersect(columns?.Select(c => c.Value) ?? scope.All.Select(c => c.Name)))
        {
            scope.Errors.Add(table.Node["columns"] ?? table.Node,
                $"The column \"{taken}\" cannot be stored in a table, which has a property of its own by that name; list the \"columns\" to store, without it.");
        }

        if (partitionKey is not null && rowKey is not null && partitionKey.Parts.Concat(rowKey.Parts).All(p => p is KeyLiteral))
        {
            scope.Errors.Add(table.Node, "Neither key depends on the record, so all records would share one row; use {column} in \"rowKey\".");
        }

        table.Finish();
        return scope.Errors.Count > before || partitionKey is null || rowKey is null
            ? null
            : new TableDefinition(name!.Value, partitionKey, rowKey, columns is null ? null : [.. columns.Select(c => c.Value)]);
    }

    private static KeyTemplate? Key(ConfigText? text, ColumnScope scope, RecordBinding binding) =>
        text is null ? null : KeyTemplateParser.Parse(text, scope, binding);
}
