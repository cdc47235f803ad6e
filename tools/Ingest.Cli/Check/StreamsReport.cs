using Ingest.Cli.Offline;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Check;

/// <summary>The result of <c>ingest check --json</c>.</summary>
/// <param name="Errors">Every mistake; streams are listed only where there is none.</param>
public sealed record StreamsReport(bool Ok, IReadOnlyList<StreamSummary> Streams, IReadOnlyList<ConfigurationError> Errors)
{
    public static StreamsReport Of(StreamCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new StreamsReport(true, [.. catalog.Streams.Select(StreamSummary.Of)], []);
    }
}

/// <param name="Id">Column of the record's id; null: its origin.</param>
/// <param name="Time">Column of the event time; null: the enqueued time.</param>
/// <param name="Latest">Table of the newest record a key; null: none.</param>
public sealed record StreamSummary(
    string Name, string Version, string Format, string? Id, string? Key, string? Time, string? Table, string? Latest, IReadOnlyList<ColumnSummary> Columns)
{
    public static StreamSummary Of(StreamDefinition stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var enriched = stream.EnrichedColumns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return new StreamSummary(
            stream.Name, stream.Version, stream.Format.ToText(), stream.Binding.IdColumn, stream.Binding.KeyColumn, stream.Binding.TimeColumn,
            stream.Table?.Name, stream.Latest?.Name,
            [.. stream.Columns.Select(c => new ColumnSummary(c.Name, ColumnJson.TypeName(c), !c.Nullable, enriched.Contains(c.Name)))]);
    }
}

/// <param name="Type">For example <c>timestamp</c> or <c>string[]</c>.</param>
public sealed record ColumnSummary(string Name, string Type, bool Required, bool Enriched);

/// <summary>The result of <c>ingest check --against --json</c>.</summary>
public sealed record ComparisonReport(bool Compatible, IReadOnlyList<ChangeSummary> Changes)
{
    public static ComparisonReport Of(IReadOnlyList<StreamChange> changes) => new(
        !changes.Any(c => c.Impact == ChangeImpact.Breaking),
        [.. changes.Select(c => new ChangeSummary(c.Stream, c.Column, c.Impact.ToString().ToLowerInvariant(), c.Message))]);
}

/// <param name="Impact"><c>compatible</c>, <c>caution</c> or <c>breaking</c>.</param>
public sealed record ChangeSummary(string Stream, string? Column, string Impact, string Message);
