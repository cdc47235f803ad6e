using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>Which columns of a stream are stored, and how their properties begin in JSON.</summary>
internal sealed class EntityMapping
{
    private readonly string? timeColumn;
    private readonly (string Column, string Property, byte[] Prefix)[] properties;

    /// <exception cref="ArgumentException">Two columns would share a property name, or a name is reserved; loading streams.json checks this.</exception>
    public EntityMapping(TableDefinition table, IReadOnlyList<ColumnDefinition> columns, string? timeColumn)
    {
        this.timeColumn = timeColumn;
        properties = [.. (table.Columns ?? [.. columns.Select(column => column.Name)]).Select(name =>
        {
            var column = columns.FirstOrDefault(c => c.Name == name) ?? throw new ArgumentException($"Table {table.Name}: there is no column {name}.", nameof(columns));
            var property = TableProperties.NameOf(name);
            return (name, property, PropertyPrefix.Of(property, column));
        })];
        var clash = TableProperties.Reserved.Concat(properties.Select(p => p.Property))
            .GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (clash is not null)
        {
            throw new ArgumentException(
                $"Table {table.Name}: more than one column, or a reserved one, would be stored as {clash.Key}.", nameof(columns));
        }
    }

    public EventTimes TimesOf(RecordBatch batch) => new(batch, timeColumn);

    /// <param name="withOrder">Whether the rows carry what their order is read from, beside their origin.</param>
    /// <exception cref="KeyNotFoundException">The batch lacks a column of the table's.</exception>
    public EntityWriter WriterFor(RecordBatch batch, SegmentContext context, bool withOrder) => new(
        batch, context, withOrder ? TimesOf(batch) : null,
        [.. properties.Select(p => new EntityProperty(batch[p.Column], p.Prefix))]);

    /// <inheritdoc cref="WriterFor"/>
    public EntityLimits LimitsFor(RecordBatch batch, SegmentContext context, bool withOrder) => new(
        batch, context, withOrder ? TimesOf(batch) : null, [.. properties.Select(p => (batch[p.Column], p.Property))]);
}

/// <summary>What stands before a property's value: a comma, the type where JSON has none for it, the name, and a quote if the value is quoted.</summary>
internal static class PropertyPrefix
{
    public static byte[] Of(string name, ColumnDefinition column) => Of(name, column switch
    {
        { IsList: true } or { Type: ColumnType.String or ColumnType.Json } => null,
        { Type: ColumnType.Int64 } => "Edm.Int64",
        { Type: ColumnType.Double } => "Edm.Double",
        { Type: ColumnType.Timestamp or ColumnType.Date } => "Edm.DateTime",
        { Type: ColumnType.Uuid } => "Edm.Guid",
        _ => null,
    }, isQuoted: column.IsList || column.Type is not (ColumnType.Double or ColumnType.Boolean));

    public static byte[] Of(string name, string? type, bool isQuoted) => Encoding.UTF8.GetBytes(
        (type is null ? "" : $",\"{name}@odata.type\":\"{type}\"") + $",\"{name}\":" + (isQuoted ? "\"" : ""));
}
