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
        var time = stream.Optional("time") is { } value ? TimeParser.Parse(value, errors) : null;
        stream.NotYet("identity");

        var schema = schemaFile is null ? null : Compile(schemaFile.Value, new SchemaBinding(time?.Format, Pointer(id), Pointer(key)));
        var scope = new ColumnScope(schema?.Columns, errors);
        foreach (var column in scope.Decoded.Where(c => c.Name.StartsWith('_') && c.Name != "_extra"))
        {
            errors.Add(schemaFile!.Value.At.Node, $"The schema has a property \"{column.Name}\", but columns that begin with _ are reserved.");
        }

        var binding = new RecordBinding(
            id is null ? null : scope.PointedKey(id, "An id")?.Name,
            key is null ? null : scope.PointedKey(key, "A key")?.Name,
            time is null ? null : TimeColumn(time.Value.At, scope));
        var enrich = EnrichParser.Parse(stream.Optional("enrich"), lookups, scope);
        var (lake, latest) = WriteParser.Parse(stream.OptionalObject("write"), scope, binding);
        stream.Finish();

        var definition = errors.Count > before || schema is null || when is null ? null : new StreamDefinition
        {
            Name = name!.Value,
            When = when,
            Format = format,
            Schema = schema,
            Binding = binding,
            Enrich = enrich,
            EnrichedColumns = scope.Enriched,
            Columns = [.. scope.All],
            Lake = lake,
            Latest = latest,
            Version = StreamVersion.Of(node, schemaFile!.Value.Bytes),
        };
        return new ParsedStream(node, name, when, definition);
    }

    // What is no pointer is reported by the scope; the compiler need not see it.
    private static string? Pointer(ConfigText? text) =>
        text is not null && JsonPointer.ToColumn(text.Value) is not null ? text.Value : null;

    private static string? TimeColumn(ConfigText at, ColumnScope scope)
    {
        if (scope.Pointed(at) is not { } column)
        {
            return null;
        }

        if (column.Type != ColumnType.Timestamp || column.IsList)
        {
            scope.Errors.Add(at.Node, $"The event time must be one value that can be read as a time; \"{at.Value}\" is {ColumnScope.Describe(column)}.");
        }

        return column.Name;
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
        var schema = SchemaCompiler.Compile(new SchemaSource(file.At.Value, file.Bytes), binding, mistakes);
        mistakes.ForEach(errors.All.Add);
        return mistakes.Count == 0 ? schema : null;
    }
}
