using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Decoding.Avro;
using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Decoding.Csv;
using Ingest.Pipeline.Decoding.Protobuf;
using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>A file that a stream names, and what it holds.</summary>
internal sealed record SchemaFile(ConfigText At, byte[] Bytes)
{
    public SchemaSource Source => new(At.Value, Bytes);
}

/// <param name="Columns">Null where events have a header.</param>
internal sealed record CsvOptions(byte Delimiter, IReadOnlyList<string>? Columns)
{
    public static readonly CsvOptions Default = new((byte)',', null);
}

/// <summary>The schema of a stream as it was named, ready to be compiled: first alone, then with the stream's pointers.</summary>
internal abstract class PayloadSource(ConfigText at)
{
    public PayloadFormat Format { get; set; }

    public IReadOnlyList<string> Extensions { get; set; } = [];

    /// <summary>The format where the stream names none.</summary>
    public abstract PayloadFormat Natural { get; }

    /// <summary>The files that rows depend on.</summary>
    /// <param name="schema">What <see cref="Compile"/> made of them.</param>
    public abstract IReadOnlyList<SchemaSource> Sources(CompiledSchema schema);

    public abstract bool CanBe(PayloadFormat format);

    public abstract string Describe();

    /// <summary>The columns; null where there are mistakes.</summary>
    public abstract CompiledSchema? Compile(SchemaBinding binding, ConfigErrors errors);

    /// <summary>Format and schema as decoders take them; null where there are mistakes.</summary>
    public PayloadDefinition? Define(CompiledSchema schema, ConfigErrors errors)
    {
        var definition = Build(schema, errors);
        if (definition?.EnvelopeColumns.FirstOrDefault(e => schema.Columns.Any(c => c.Name.Equals(e.Name, StringComparison.OrdinalIgnoreCase))) is { } clash)
        {
            errors.Add(at.Node, $"The schema describes \"{clash.Name}\", which is the column of an attribute of CloudEvents.");
            return null;
        }

        return definition;
    }

    /// <summary>Reports conditions that this format can never meet.</summary>
    public void Check(IReadOnlyList<RouteCondition>? when, ConfigNode? node, ConfigErrors errors)
    {
        foreach (var condition in when ?? [])
        {
            var key = WhenParser.Spell(condition.Source, condition.Name);
            if (condition.Source == RouteSource.CloudEvent && Format is not (PayloadFormat.CloudEvents or PayloadFormat.Auto))
            {
                errors.Add(node![key]!, $"\"{key}\" belongs to the formats cloudevents and auto: others have no attributes.");
            }
            else if (condition.Source == RouteSource.Record && (this is not JsonSource || Format == PayloadFormat.Csv))
            {
                errors.Add(node![key]!, $"\"{key}\" looks into JSON records; the stream's are {Describe()}.");
            }
        }
    }

    protected abstract PayloadDefinition? Build(CompiledSchema schema, ConfigErrors errors);

    /// <summary>Runs something that reports into a list of its own, and says whether it reported nothing.</summary>
    protected static T? Reported<T>(Func<List<ConfigurationError>, T?> compile, ConfigErrors errors)
        where T : class
    {
        List<ConfigurationError> mistakes = [];
        var result = compile(mistakes);
        mistakes.ForEach(errors.All.Add);
        return mistakes.Count == 0 ? result : null;
    }
}

/// <summary>A JSON Schema, of JSON texts or of CSV.</summary>
internal sealed class JsonSource(SchemaFile file, IStreamFiles files, CsvOptions? csv) : PayloadSource(file.At)
{
    public override PayloadFormat Natural => csv is null ? PayloadFormat.Json : PayloadFormat.Csv;

    public override IReadOnlyList<SchemaSource> Sources(CompiledSchema schema) => schema.Sources;

    public override bool CanBe(PayloadFormat format) => csv is null
        ? format is PayloadFormat.Json or PayloadFormat.NdJson or PayloadFormat.JsonArray or PayloadFormat.CloudEvents or PayloadFormat.Auto or PayloadFormat.Csv
        : format is PayloadFormat.Csv or PayloadFormat.Auto;

    public override string Describe() => csv is null ? "a JSON Schema" : "CSV";

    public override CompiledSchema? Compile(SchemaBinding binding, ConfigErrors errors) =>
        Reported(mistakes => SchemaCompiler.Compile(file.Source, binding, mistakes, new SchemaFiles(files, file.At.Value, file.Bytes)), errors);

    protected override PayloadDefinition Build(CompiledSchema schema, ConfigErrors errors) => new(Format, schema)
    {
        Extensions = Extensions,
        Csv = csv is null ? null : new CsvDefinition(csv.Delimiter, file.Bytes, csv.Columns),
    };
}

/// <summary>An Avro schema, and those that writers may use.</summary>
internal sealed class AvroSource(SchemaFile file, AvroFraming framing, IReadOnlyList<(string Id, SchemaFile File)> writers) : PayloadSource(file.At)
{
    private (AvroType Reader, IReadOnlyList<FieldLayout> Layout)? read;

    public override PayloadFormat Natural => PayloadFormat.Avro;

    public override IReadOnlyList<SchemaSource> Sources(CompiledSchema schema) => [file.Source, .. writers.Select(w => w.File.Source)];

    public override bool CanBe(PayloadFormat format) => format is PayloadFormat.Avro or PayloadFormat.CloudEvents or PayloadFormat.Auto;

    public override string Describe() => "an Avro schema";

    public override CompiledSchema? Compile(SchemaBinding binding, ConfigErrors errors) => Reported(
        mistakes =>
        {
            read ??= AvroDefinition.Read(file.Source, mistakes);
            return read is null ? null : TypedLayout.Compile(file.At.Value, read.Value.Layout, binding, mistakes);
        },
        errors);

    protected override PayloadDefinition? Build(CompiledSchema schema, ConfigErrors errors) =>
        Reported(
            mistakes => AvroDefinition.Create(
                file.Source, read!.Value.Reader, read.Value.Layout, schema, framing, [.. writers.Select(w => (w.Id, w.File.Source))], mistakes),
            errors) is { } avro
            ? new PayloadDefinition(Format, schema) { Extensions = Extensions, DefaultedColumns = TypedLayout.Defaulted(read!.Value.Layout), Avro = avro }
            : null;
}

/// <summary>A message type of a descriptor set.</summary>
internal sealed class ProtobufSource(SchemaFile file, ConfigText message, bool isDelimited) : PayloadSource(file.At)
{
    private ProtoMessage? type;
    private bool isRead;

    public override PayloadFormat Natural => PayloadFormat.Protobuf;

    public override IReadOnlyList<SchemaSource> Sources(CompiledSchema schema) => [file.Source];

    public override bool CanBe(PayloadFormat format) => format is PayloadFormat.Protobuf or PayloadFormat.CloudEvents or PayloadFormat.Auto;

    public override string Describe() => "a Protobuf message";

    public override CompiledSchema? Compile(SchemaBinding binding, ConfigErrors errors)
    {
        if (!isRead)
        {
            isRead = true;
            type = ProtobufDefinition.Read(file.Bytes, message.Value, m => errors.Add(file.At.Node, m), m => errors.Add(message.Node, m));
        }

        return type is null ? null : Reported(mistakes => TypedLayout.Compile(file.At.Value, ProtoLayout.Of(type), binding, mistakes), errors);
    }

    protected override PayloadDefinition Build(CompiledSchema schema, ConfigErrors errors) => new(Format, schema)
    {
        Extensions = Extensions,
        DefaultedColumns = TypedLayout.Defaulted(ProtoLayout.Of(type!)),
        Protobuf = new ProtobufDefinition(ProtoPlan.Of(type!, ProtoLayout.Of(type!), schema), isDelimited),
    };
}
