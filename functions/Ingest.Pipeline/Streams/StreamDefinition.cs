using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Streams;

/// <summary>One stream of streams.json, checked and compiled.</summary>
public sealed record StreamDefinition
{
    /// <summary>[a-z0-9-], 3–63: folder in the lake and metric tag.</summary>
    public required string Name { get; init; }

    /// <summary>All must hold; none makes this the default stream.</summary>
    public required IReadOnlyList<RouteCondition> When { get; init; }

    public required PayloadFormat Format { get; init; }

    public required CompiledSchema Schema { get; init; }

    /// <summary>Format and schema, and what the format needs beyond those; where left out, nothing.</summary>
    public PayloadDefinition Payload { get => field ??= new PayloadDefinition(Format, Schema); init; }

    public required RecordBinding Binding { get; init; }

    /// <summary>In the order of the file, which is the order of work.</summary>
    public required IReadOnlyList<EnrichmentStep> Enrich { get; init; }

    public IEnumerable<LookupEnrichment> Lookups => Enrich.OfType<LookupEnrichment>();

    /// <summary>What must be the device that IoT Hub authenticated; null: not looked at.</summary>
    public IdentityCheck? Identity { get; init; }

    /// <summary>Columns that <see cref="Enrich"/> adds.</summary>
    public IReadOnlyList<ColumnDefinition> EnrichedColumns { get; init; } = [];

    /// <summary>Columns of the schema that are decoded and never written.</summary>
    public IReadOnlyCollection<string> DroppedColumns { get; init; } = [];

    /// <summary>The schema's columns without the dropped ones, those of a CloudEvent's attributes, then the enriched ones: the columns of the stream's segments and tables.</summary>
    public required IReadOnlyList<ColumnDefinition> Columns { get; init; }

    public required LakeDefinition Lake { get; init; }

    public TableDefinition? Table { get; init; }

    public TableDefinition? Latest { get; init; }

    /// <summary>Hash of the definition and its schema, 16 hex digits: in each segment's metadata.</summary>
    public required string Version { get; init; }

    /// <summary>An empty batch with this stream's columns.</summary>
    public RecordBatch CreateBatch() => new(Name, Version, Payload.Columns, EnrichedColumns, DroppedColumns);
}

/// <summary>Where a route condition looks.</summary>
public enum RouteSource
{
    /// <summary><c>property:NAME</c>, an application property.</summary>
    Property,

    /// <summary><c>system:NAME</c>, a system property.</summary>
    System,

    /// <summary><c>contentType</c>, compared as a media type: case is ignored, parameters where the value names none.</summary>
    ContentType,

    /// <summary><c>partitionKey</c>.</summary>
    PartitionKey,

    /// <summary><c>ce:NAME</c>, an attribute of a CloudEvent.</summary>
    CloudEvent,

    /// <summary><c>record:/pointer</c>, a value of the record itself: decided record by record.</summary>
    Record,
}

/// <param name="Name">Name of the property or attribute, or a JSON Pointer; empty for content type and partition key.</param>
/// <param name="Values">Any of them matches. Compared as text: numbers in invariant form, booleans as <c>true</c> and <c>false</c>.</param>
public sealed record RouteCondition(RouteSource Source, string Name, IReadOnlyList<string> Values);
