using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>What is known of one entry of <c>streams</c>, mistakes or not: enough to check the streams against each other.</summary>
/// <param name="When">Null where a condition is broken.</param>
/// <param name="Definition">Null where anything is broken.</param>
internal sealed record ParsedStream(ConfigNode Node, ConfigText? Name, IReadOnlyList<RouteCondition>? When, StreamDefinition? Definition);

/// <summary>One entry of <c>streams</c>.</summary>
internal sealed class StreamParser(IStreamFiles files, IReadOnlyDictionary<string, LookupDefinition?> lookups, ConfigErrors errors)
{
    private static readonly Dictionary<string, PayloadFormat> Formats = new(StringComparer.Ordinal)
    {
        ["json"] = PayloadFormat.Json,
        ["ndjson"] = PayloadFormat.NdJson,
        ["json-array"] = PayloadFormat.JsonArray,
    };

    private static readonly string[] FormatsNotYet = ["cloudevents", "avro", "protobuf", "csv", "auto"];

    public ParsedStream? Parse(ConfigNode node)
    {
        if (ConfigObject.From(node, errors, "A stream") is not { } stream)
        {
            return null;
        }

        var before = errors.Count;
        var name = stream.RequiredText("name", "it is the stream's folder in the lake");
        if (name is not null)
        {
            Names.CheckStream(name, errors);
        }

        var when = WhenParser.Parse(stream.Optional("when"), errors);
        var format = Format(stream.OptionalText("format"));
        var schemaFile = SchemaFile(stream);
        var id = stream.OptionalText("id");
        var key = stream.OptionalText("key");
        var time = stream.Optional("time") is { } value ? EventTimeParser.Parse(value, errors) : null;
        var identity = stream.OptionalText("identity");

        // First without the stream's pointers, so that a wrong one is a mistake of the streams file, at its own line.
        var plain = schemaFile is null ? null : Compile(schemaFile.Value, new SchemaBinding(null, null, null));
        var columns = new ColumnScope(plain, errors);
        var idColumn = id is null ? null : columns.PointedKey(id, "An id");
        var keyColumn = key is null ? null : columns.PointedKey(key, "A key");
        var timeColumn = time is null ? null : EventTimeParser.Column(time.Value.Format, time.Value.At, columns);
        var schema = plain is null ? null : Compile(schemaFile!.Value, new SchemaBinding(
            timeColumn is null ? null : time!.Value.Format,
            idColumn is null ? null : id!.Value,
            keyColumn is null ? null : key!.Value));
        var binding = new RecordBinding(idColumn?.Name, keyColumn?.Name, timeColumn?.Name);

        var scope = new ColumnScope(schema, errors);
        var identityColumn = identity is null ? null : scope.PointedKey(identity, "An identity");
        var enrich = new EnrichParser(lookups, scope, binding).Parse(stream.Optional("enrich"));
        var (lake, table, latest) = WriteParser.Parse(stream.OptionalObject("write"), scope, binding);
        stream.Finish();

        var definition = errors.Count > before || schema is null || when is null ? null : new StreamDefinition
        {
            Name = name!.Value,
            When = when,
            Format = format,
            Schema = schema,
            Binding = binding,
            Enrich = enrich,
            Identity = identityColumn is null ? null : new IdentityCheck(identityColumn.Name, identity!.Value),
            DroppedColumns = scope.Dropped,
            EnrichedColumns = scope.Enriched,
            Columns = [.. scope.All],
            Lake = lake,
            Table = table,
            Latest = latest,
            Version = StreamVersion.Of(node, schema.Sources),
        };
        return new ParsedStream(node, name, when, definition);
    }

    private PayloadFormat Format(ConfigText? text)
    {
        var format = PayloadFormat.Json;
        if (text is null || Formats.TryGetValue(text.Value, out format))
        {
            return format;
        }

        errors.Add(text.Node, FormatsNotYet.Contains(text.Value)
            ? $"The format \"{text.Value}\" is not supported yet by this version."
            : $"Unknown format \"{text.Value}\".{Suggestion.For(text.Value, [.. Formats.Keys, .. FormatsNotYet], "formats")}");
        return format;
    }

    private (ConfigText At, byte[] Bytes)? SchemaFile(ConfigObject stream)
    {
        if (stream.Node["schema"] is { Kind: ConfigKind.Object } other
            && Array.Find(["avro", "protobuf", "csv"], kind => other[kind] is not null) is { } kind)
        {
            stream.Optional("schema");
            errors.Add(other, $"A schema of kind \"{kind}\" is not supported yet by this version.");
            return null;
        }

        if (stream.RequiredText("schema", "it names the JSON Schema of the stream's records") is not { } path)
        {
            return null;
        }

        if (Path.IsPathRooted(path.Value) || path.Value.Split('/', '\\').Contains(".."))
        {
            errors.Add(path.Node, $"The schema file must lie beside {files.StreamsFile} or below it, because only that folder is deployed; \"{path.Value}\" does not.");
            return null;
        }

        try
        {
            if (files.Read(path.Value) is { } bytes)
            {
                return (path, bytes);
            }

            errors.Add(path.Node, $"There is no schema file \"{path.Value}\" beside {files.StreamsFile}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(path.Node, $"The schema file \"{path.Value}\" cannot be read: {e.Message}");
        }

        return null;
    }

    private CompiledSchema? Compile((ConfigText At, byte[] Bytes) file, SchemaBinding binding)
    {
        var mistakes = new List<ConfigurationError>();
        var schema = SchemaCompiler.Compile(
            new SchemaSource(file.At.Value, file.Bytes), binding, mistakes, new SchemaFiles(files, file.At.Value, file.Bytes));
        mistakes.ForEach(errors.All.Add);
        return mistakes.Count == 0 ? schema : null;
    }
}
