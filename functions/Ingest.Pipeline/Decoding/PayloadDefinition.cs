using Ingest.Pipeline.Decoding.Avro;
using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Decoding.Csv;
using Ingest.Pipeline.Decoding.Protobuf;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding;

/// <summary>How the bytes of an event become records.</summary>
public enum PayloadFormat
{
    /// <summary>One JSON value.</summary>
    Json,

    /// <summary>One JSON value a line.</summary>
    NdJson,

    /// <summary>One JSON array; each element is a record.</summary>
    JsonArray,

    /// <summary>CloudEvents 1.0: structured, batch or binary, whichever the event is.</summary>
    CloudEvents,

    /// <summary>Avro: an object container file, one single-object encoding, or one datum behind a registry's schema id.</summary>
    Avro,

    /// <summary>Protocol Buffers: one message, or many with their lengths before them.</summary>
    Protobuf,

    /// <summary>RFC 4180; each line is a record.</summary>
    Csv,

    /// <summary>Whatever the content type says, among what the stream's schema can read.</summary>
    Auto,
}

/// <summary>What the events of a stream look like: their format, the columns of a record, and what the format needs beyond those.</summary>
public sealed class PayloadDefinition
{
    /// <param name="schema">The columns; for JSON and CSV also the rules.</param>
    public PayloadDefinition(PayloadFormat format, CompiledSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        (Format, Schema) = (format, schema);
    }

    public PayloadFormat Format { get; }

    public CompiledSchema Schema { get; }

    /// <summary>CloudEvents extensions that get a column of their own; the others share <c>_ce_extensions</c>.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Columns of Avro and Protobuf that are never null because a default stands for what a record lacks.</summary>
    public IReadOnlySet<string> DefaultedColumns { get; init; } = new HashSet<string>();

    /// <summary>Columns that hold what came around the records, behind those of the schema.</summary>
    public IReadOnlyList<ColumnDefinition> EnvelopeColumns => HasEnvelope ? Envelope.Columns(Extensions) : [];

    /// <summary>All columns that decoding fills, in the order of a batch.</summary>
    public IReadOnlyList<ColumnDefinition> Columns => [.. Schema.Columns, .. EnvelopeColumns];

    /// <summary>Whether a record is a JSON text by itself, which may be packed in any of the JSON formats.</summary>
    public bool IsPlainJson => IsJsonSchema && Csv is null && Format is not (PayloadFormat.CloudEvents or PayloadFormat.Csv);

    internal AvroDefinition? Avro { get; init; }

    internal ProtobufDefinition? Protobuf { get; init; }

    internal CsvDefinition? Csv { get; init; }

    /// <summary>Whether a record is JSON text, or CSV that is read as if it were.</summary>
    public bool IsJsonSchema => Avro is null && Protobuf is null;

    internal bool HasEnvelope => Format is PayloadFormat.CloudEvents or PayloadFormat.Auto;

    /// <summary>The same records in another format, for files that are packed otherwise than the stream's events.</summary>
    public PayloadDefinition In(PayloadFormat format) => new(format, Schema) { Extensions = Extensions, DefaultedColumns = DefaultedColumns, Avro = Avro, Protobuf = Protobuf, Csv = Csv };
}
