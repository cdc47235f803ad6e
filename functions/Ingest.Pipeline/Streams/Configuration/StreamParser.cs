using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
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
        var payload = new PayloadParser(files, errors).Parse(stream);
        payload?.Check(when, stream.Node["when"], errors);
        var id = stream.OptionalText("id");
        var key = stream.OptionalText("key");
        var time = stream.Optional("time") is { } value ? EventTimeParser.Parse(value, errors) : null;
        var identity = stream.OptionalText("identity");

        // First without the stream's pointers, so that a wrong one is a mistake of the streams file, at its own line.
        var plain = payload?.Compile(new SchemaBinding(null, null, null), errors);
        var columns = new ColumnScope(plain, errors);
        var idColumn = id is null ? null : columns.PointedKey(id, "An id");
        var keyColumn = key is null ? null : columns.PointedKey(key, "A key");
        var timeColumn = time is null ? null : EventTimeParser.Column(time.Value.Format, time.Value.At, columns);
        var schema = plain is null ? null : payload!.Compile(
            new SchemaBinding(
                timeColumn is null ? null : time!.Value.Format,
                idColumn is null ? null : id!.Value,
                keyColumn is null ? null : key!.Value),
            errors);
        var definitionOfPayload = schema is null ? null : payload!.Define(schema, errors);
        var binding = new RecordBinding(idColumn?.Name, keyColumn?.Name, timeColumn?.Name);

        var scope = new ColumnScope(schema, errors, definitionOfPayload?.EnvelopeColumns);
        var identityColumn = identity is null ? null : scope.PointedKey(identity, "An identity");
        var enrich = new EnrichParser(lookups, scope, binding).Parse(stream.Optional("enrich"));
        var (lake, table, latest) = WriteParser.Parse(stream.OptionalObject("write"), scope, binding);
        stream.Finish();

        var definition = errors.Count > before || definitionOfPayload is null || when is null ? null : new StreamDefinition
        {
            Name = name!.Value,
            When = when,
            Format = definitionOfPayload.Format,
            Schema = definitionOfPayload.Schema,
            Payload = definitionOfPayload,
            Binding = binding,
            Enrich = enrich,
            Identity = identityColumn is null ? null : new IdentityCheck(identityColumn.Name, identity!.Value),
            DroppedColumns = scope.Dropped,
            EnrichedColumns = scope.Enriched,
            Columns = [.. scope.All],
            Lake = lake,
            Table = table,
            Latest = latest,
            Version = StreamVersion.Of(node, payload!.Sources(definitionOfPayload.Schema)),
        };
        return new ParsedStream(node, name, when, definition);
    }
}
