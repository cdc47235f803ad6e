using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>One step of a stream's <c>enrich</c>.</summary>
public abstract record EnrichmentStep
{
    /// <summary>Where it was written; null for one that was made in code.</summary>
    public ConfigurationPlace? Place { get; init; }
}

/// <summary><c>{ "add": COLUMN, "value": … }</c>: the same value in every row.</summary>
/// <param name="Value">string, long, double or bool, as the column's type asks for; the setting's name where <paramref name="IsSetting"/>.</param>
public sealed record ConstantEnrichment(ColumnDefinition Column, object Value, bool IsSetting = false) : EnrichmentStep;

/// <summary><c>{ "copy": …, "as": COLUMN }</c>: a property of the event, as text; null where it has none.</summary>
/// <param name="Name">Property name; empty for content type and partition key.</param>
public sealed record CopyEnrichment(EventField Field, string Name, ColumnDefinition Column) : EnrichmentStep;

/// <summary>What of an event can be copied.</summary>
public enum EventField
{
    Property,
    System,
    ContentType,
    PartitionKey,
}

/// <summary><c>{ "hash": …, "salt": "@Setting:…" }</c>: HMAC-SHA-256 of the value's text, in lower-case hex.</summary>
/// <param name="Source">Column of type String, or with another <paramref name="Into"/> also Int64 or Uuid.</param>
/// <param name="Into">The same column: the value is replaced; another: it stays.</param>
/// <param name="Setting">App setting that holds the key.</param>
/// <param name="ReplacesId">Whether the column is the record's id as well, which must not stay readable beside it.</param>
public sealed record HashEnrichment(string Source, string Into, string Setting, bool ReplacesId) : EnrichmentStep;

/// <summary>A member inside the JSON text of a column.</summary>
/// <param name="Path">Names of the objects' members, from the column's own value on.</param>
public sealed record JsonMember(string Column, IReadOnlyList<string> Path);

/// <summary>
/// <c>{ "drop": … }</c>. The columns are never written, which is a matter of the stream's definition; members inside JSON text are
/// taken out of it.
/// </summary>
public sealed record DropEnrichment(IReadOnlyList<string> Columns, IReadOnlyList<JsonMember> Members) : EnrichmentStep;

/// <summary><c>{ "redact": … }</c>: <see cref="RedactEnricher.Text"/> in place of every value; what was null stays null.</summary>
/// <param name="Columns">Columns of type String or Json.</param>
public sealed record RedactEnrichment(IReadOnlyList<string> Columns, IReadOnlyList<JsonMember> Members) : EnrichmentStep;

/// <summary><c>{ "add": COLUMN, "when": …, "above": …, "below": … }</c>: whether the value lies beyond, null where there is none.</summary>
/// <param name="Source">Column of type Int64 or Double.</param>
/// <param name="Above">Exclusive lower bound; null: none.</param>
/// <param name="Below">Exclusive upper bound; null: none.</param>
public sealed record ThresholdEnrichment(string Source, ColumnDefinition Column, double? Above, double? Below) : EnrichmentStep;

/// <summary><c>{ "use": NAME, "add": { COLUMN: TYPE }, "options": … }</c>: an enricher written in C#.</summary>
/// <param name="Options">As written; <see cref="JsonValueKind.Undefined"/> where there are none.</param>
public sealed record CustomEnrichment(string Name, IReadOnlyList<ColumnDefinition> Add, JsonElement Options) : EnrichmentStep;
