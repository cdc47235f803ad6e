using System.Text.Json;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>
/// Makes the enrichers of one kind. Register it as a service (<c>services.AddSingleton&lt;IEnricherFactory, Mine&gt;()</c>); streams.json
/// then says <c>{ "use": NAME, "add": { COLUMN: TYPE }, "options": { … } }</c>.
/// </summary>
public interface IEnricherFactory
{
    /// <summary>What streams.json calls it. No two factories may share a name.</summary>
    string Name { get; }

    /// <summary>
    /// Called once a use, when the app starts. Check everything here: the columns that the use adds, the columns it reads, its options.
    /// </summary>
    /// <exception cref="EnricherUseException">The use is wrong; the message is reported with the file and line of the use, and the app does not start.</exception>
    IEnricher Create(EnricherUse use);
}

/// <summary>One <c>{ "use": … }</c> of streams.json.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Readable">The columns that hold values when the enricher runs: the schema's, and those of earlier steps.</param>
/// <param name="Add">The columns that it must fill, in the order of streams.json.</param>
/// <param name="Options">The use's <c>options</c>; <see cref="JsonValueKind.Undefined"/> where there are none.</param>
public sealed record EnricherUse(
    string Stream, IReadOnlyList<ColumnDefinition> Readable, IReadOnlyList<ColumnDefinition> Add, JsonElement Options)
{
    /// <summary>The one column that the use adds.</summary>
    /// <exception cref="EnricherUseException">It adds several, or one of another type.</exception>
    public ColumnDefinition AddsOne(ColumnType type) => Add is [var column] && column.Type == type
        ? column
        : throw new EnricherUseException($"\"add\" must name one column of type {ColumnTypeNames.Of(type)}.");

    /// <summary>A column that the enricher reads.</summary>
    /// <exception cref="EnricherUseException">There is none of that name, or it has another type.</exception>
    public ColumnDefinition Reads(string column, params ReadOnlySpan<ColumnType> types)
    {
        var found = Readable.FirstOrDefault(c => c.Name == column && !c.IsList)
            ?? throw new EnricherUseException($"it reads the column \"{column}\", which holds no single value at this step.");
        return types.IsEmpty || types.Contains(found.Type)
            ? found
            : throw new EnricherUseException($"it cannot read the column \"{column}\" of type {ColumnTypeNames.Of(found.Type)}.");
    }
}

/// <summary>A use of an enricher that cannot work. One sentence: what is wrong and what to write.</summary>
public sealed class EnricherUseException(string message) : Exception(message);

/// <summary>How streams.json spells the types of columns: as a JSON Schema would.</summary>
public static class ColumnTypeNames
{
    private static readonly (string Name, ColumnType Type)[] Names =
    [
        ("string", ColumnType.String), ("integer", ColumnType.Int64), ("number", ColumnType.Double), ("boolean", ColumnType.Boolean),
        ("date-time", ColumnType.Timestamp), ("date", ColumnType.Date), ("uuid", ColumnType.Uuid), ("json", ColumnType.Json),
    ];

    public static IEnumerable<string> All => Names.Select(n => n.Name);

    public static string Of(ColumnType type) => Array.Find(Names, n => n.Type == type).Name;

    /// <summary>Null where there is no such type.</summary>
    public static ColumnType? Parse(string name) => Array.Find(Names, n => n.Name == name) is { Name: not null } found ? found.Type : null;
}
