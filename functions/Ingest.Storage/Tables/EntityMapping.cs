using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>
/// Which columns of a stream are stored, and as what property: a dot becomes two underscores, any other character that is no
/// letter, digit or underscore becomes one.
/// </summary>
internal sealed class EntityMapping
{
    private const int MaxNameLength = 255;

    private static readonly string[] Reserved = ["PartitionKey", "RowKey", "Timestamp", .. EntityBuilder.Origin];

    private readonly string? timeColumn;

    /// <exception cref="ArgumentException">Two columns would share a property name, or a name is reserved.</exception>
    public EntityMapping(TableDefinition table, IReadOnlyList<ColumnDefinition> columns, string? timeColumn)
    {
        this.timeColumn = timeColumn;
        Properties = [.. (table.Columns ?? [.. columns.Select(column => column.Name)]).Select(name => (name, PropertyName(name)))];
        var clash = Reserved.Concat(Properties.Select(p => p.Property))
            .GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (clash is not null)
        {
            throw new ArgumentException($"Table {table.Name}: more than one column, or a reserved one, would be stored as {clash.Key}.", nameof(columns));
        }

        if (Properties.FirstOrDefault(p => p.Property.Length > MaxNameLength) is { Property: { } tooLong })
        {
            throw new ArgumentException($"Table {table.Name}: the property name {tooLong} is longer than {MaxNameLength} characters.", nameof(columns));
        }
    }

    public IReadOnlyList<(string Column, string Property)> Properties { get; }

    /// <exception cref="KeyNotFoundException">The batch lacks a column of the table's.</exception>
    public EntityBuilder For(RecordBatch batch, SegmentContext context) =>
        new(batch, context, new EventTimes(batch, timeColumn), [.. Properties.Select(p => (batch[p.Column], p.Property))]);

    internal static string PropertyName(string column)
    {
        var name = string.Concat(column.Select(c => c == '.' ? "__" : char.IsLetterOrDigit(c) || c == '_' ? c.ToString() : "_"));
        return name.Length > 0 && char.IsDigit(name[0]) ? "_" + name : name;
    }
}
