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

    public static (LakeDefinition Lake, TableDefinition? Table, TableDefinition? Latest) Parse(
        ConfigObject? write, ColumnScope scope, RecordBinding binding)
    {
        if (write is null)
        {
            return (DefaultLake, null, null);
        }

        var lake = Lake(write.OptionalObject("lake"), scope);
        var table = Table(write.OptionalObject("table"), scope, binding);
        var latest = Table(write.OptionalObject("latest"), scope, binding);
        if (table is not null && latest is not null && table.Name.Equals(latest.Name, StringComparison.OrdinalIgnoreCase))
        {
            scope.Errors.Add(write.Node, $"\"table\" and \"latest\" both write to the table \"{table.Name}\"; give each its own.");
        }

        write.Finish();
        return (lake, table, latest);
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

        CheckProperties(table.Node["columns"] ?? table.Node, [.. columns?.Select(c => c.Value) ?? scope.All.Select(c => c.Name)], scope);

        if (partitionKey is not null && rowKey is not null && partitionKey.Parts.Concat(rowKey.Parts).All(p => p is KeyLiteral))
        {
            scope.Errors.Add(table.Node, "Neither key depends on the record, so all records would share one row; use {column} in \"rowKey\".");
        }

        table.Finish();
        return scope.Errors.Count > before || partitionKey is null || rowKey is null
            ? null
            : new TableDefinition(name!.Value, partitionKey, rowKey, columns is null ? null : [.. columns.Select(c => c.Value)]);
    }

    private static void CheckProperties(ConfigNode at, List<string> columns, ColumnScope scope)
    {
        foreach (var taken in TableProperties.Reserved.Intersect(columns.Select(TableProperties.NameOf)))
        {
            scope.Errors.Add(at,
                $"The column \"{columns.Find(c => TableProperties.NameOf(c) == taken)}\" cannot be stored in a table, which has a property of its own by that name; list the \"columns\" to store, without it.");
        }

        foreach (var clash in columns.GroupBy(TableProperties.NameOf, StringComparer.Ordinal).Where(g => g.Distinct().Count() > 1))
        {
            scope.Errors.Add(at,
                $"The columns {string.Join(" and ", clash.Select(c => $"\"{c}\""))} would be stored as one property \"{clash.Key}\"; list the \"columns\" to store, without one of them.");
        }

        foreach (var tooLong in columns.Where(c => TableProperties.NameOf(c).Length > TableProperties.MaxNameLength))
        {
            scope.Errors.Add(at,
                $"The column \"{tooLong}\" has a name longer than {TableProperties.MaxNameLength} characters, which a table cannot store; list the \"columns\" to store, without it.");
        }
    }

    private static KeyTemplate? Key(ConfigText? text, ColumnScope scope, RecordBinding binding) =>
        text is null ? null : KeyTemplateParser.Parse(text, scope, binding);
}
