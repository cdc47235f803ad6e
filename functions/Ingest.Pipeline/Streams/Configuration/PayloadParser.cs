using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Decoding.Avro;
using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Decoding.Csv;
using Ingest.Pipeline.Decoding.Protobuf;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>format</c>, <c>schema</c> and <c>extensions</c>: what the events of a stream look like.</summary>
internal sealed class PayloadParser(IStreamFiles files, ConfigErrors errors)
{
    private static readonly string[] Kinds = ["avro", "protobuf", "csv"];

    /// <summary>Null where there are mistakes in how the schema is named; they are reported.</summary>
    public PayloadSource? Parse(ConfigObject stream)
    {
        var text = stream.OptionalText("format");
        var format = Format(text);
        var extensions = Extensions(stream, format);
        var source = Source(stream, format);
        if (source is null)
        {
            return null;
        }

        var chosen = format ?? source.Natural;
        if (text is not null && format is not null && !source.CanBe(chosen))
        {
            errors.Add(text.Node, $"The format \"{text.Value}\" does not go with {source.Describe()}; it goes with {string.Join(", ", PayloadFormats.ByName.Where(f => source.CanBe(f.Value)).Select(f => f.Key))}.");
        }

        source.Format = chosen;
        source.Extensions = extensions;
        return source;
    }

    private PayloadFormat? Format(ConfigText? text)
    {
        if (text is null)
        {
            return null;
        }

        if (PayloadFormats.ByName.TryGetValue(text.Value, out var format))
        {
            return format;
        }

        errors.Add(text.Node, $"Unknown format \"{text.Value}\".{Suggestion.For(text.Value, PayloadFormats.ByName.Keys, "formats")}");
        return null;
    }

    private IReadOnlyList<string> Extensions(ConfigObject stream, PayloadFormat? format)
    {
        var names = stream.OptionalTexts("extensions") ?? [];
        foreach (var name in names)
        {
            if (!CloudEventNames.IsAttribute(name.Value))
            {
                errors.Add(name.Node, $"\"{name.Value}\" cannot be an extension of CloudEvents: their names are lower-case letters and digits.");
            }
            else if (CloudEventNames.IsKnown(name.Value))
            {
                errors.Add(name.Node, $"\"{name.Value}\" is no extension: every CloudEvent may have it, and it has its column already.");
            }
            else if (name.Value == "extensions")
            {
                errors.Add(name.Node, "The extension \"extensions\" cannot have a column: _ce_extensions is the one that the others share.");
            }
        }

        if (names.Count > 0 && format is not (PayloadFormat.CloudEvents or PayloadFormat.Auto))
        {
            errors.Add(stream.Node["extensions"]!, "\"extensions\" belongs to the formats cloudevents and auto.");
        }

        return [.. names.Select(n => n.Value)];
    }

    private PayloadSource? Source(ConfigObject stream, PayloadFormat? format)
    {
        const string Why = "it names the JSON Schema of the stream's records";
        if (stream.Node["schema"] is not { Kind: ConfigKind.Object } node)
        {
            if (stream.RequiredText("schema", Why) is not { } path || Read(path, "schema") is not { } bytes)
            {
                return null;
            }

            return new JsonSource(new SchemaFile(path, bytes), files, format == PayloadFormat.Csv ? CsvOptions.Default : null);
        }

        stream.Optional("schema");
        var schema = new ConfigObject(node, errors);
        var kind = Array.Find(Kinds, k => node[k] is not null);
        PayloadSource? source = kind switch
        {
            "avro" => Avro(schema),
            "protobuf" => Protobuf(schema),
            "csv" => Csv(schema),
            _ => null,
        };
        if (kind is null)
        {
            var first = node.Members.Count > 0 ? node.Members[0].Key : "";
            errors.Add(node, $"\"schema\" is a path to a JSON Schema, or an object with one of \"avro\", \"protobuf\" or \"csv\".{Suggestion.Nearest(first, Kinds)}");
            return null;
        }

        if (kind != "csv" && node["json"] is { } json)
        {
            schema.Optional("json");
            errors.Add(json, $"A JSON Schema beside \"{kind}\" is not supported: its types are the schema. Rules on values need a JSON format, or an enricher.");
        }

        schema.Finish();
        return source;
    }

    private AvroSource? Avro(ConfigObject schema)
    {
        var before = errors.Count;
        var file = File(schema.RequiredText("avro", "it names the schema file"));
        var framing = schema.OptionalText("framing");
        if (framing is { Value: not ("detect" or "none") })
        {
            errors.Add(framing.Node, $"\"framing\" is \"detect\" or \"none\", not \"{framing.Value}\".{Suggestion.Nearest(framing.Value, ["detect", "none"])}");
        }

        List<(string Id, SchemaFile File)> writers = [];
        foreach (var path in schema.OptionalTexts("writers") ?? [])
        {
            if (File(path) is { } writer)
            {
                writers.Add(("", writer));
            }
        }

        foreach (var member in schema.OptionalObject("ids")?.Node.Members ?? [])
        {
            if (member.Value.Kind != ConfigKind.Text || member.Key.Length == 0)
            {
                errors.Add(member.Value, $"The schema id \"{member.Key}\" must name a schema file, not {member.Value.Describe()}.");
            }
            else if (File(new ConfigText(member.Value.Text, member.Value)) is { } writer)
            {
                writers.Add((member.Key, writer));
            }
        }

        return file is null || errors.Count > before
            ? null
            : new AvroSource(file, framing?.Value == "none" ? AvroFraming.None : AvroFraming.Detect, writers);
    }

    private ProtobufSource? Protobuf(ConfigObject schema)
    {
        var before = errors.Count;
        var file = File(schema.RequiredText("protobuf", "it names the descriptor set"));
        var message = schema.RequiredText("message", "it is the full name of the record's message type");
        var framing = schema.OptionalText("framing");
        if (framing is { Value: not ("single" or "delimited") })
        {
            errors.Add(framing.Node, $"\"framing\" is \"single\" or \"delimited\", not \"{framing.Value}\".{Suggestion.Nearest(framing.Value, ["single", "delimited"])}");
        }

        return file is null || message is null || errors.Count > before ? null : new ProtobufSource(file, message, framing?.Value == "delimited");
    }

    private JsonSource? Csv(ConfigObject schema)
    {
        var before = errors.Count;
        var file = File(schema.RequiredText("json", "it names the JSON Schema of a record"));
        var options = CsvOptions.Default;
        if (schema.OptionalObject("csv") is { } csv)
        {
            var header = csv.Optional("header");
            if (header is not null and not { Kind: ConfigKind.Boolean })
            {
                errors.Add(header, $"\"header\" is true or false, not {header.Describe()}.");
            }

            var delimiter = csv.OptionalText("delimiter");
            if (delimiter is not null && (delimiter.Value.Length != 1 || delimiter.Value[0] is '"' or '\r' or '\n' or > '\x7f'))
            {
                errors.Add(delimiter.Node, "\"delimiter\" is one ASCII character, such as \",\", \";\" or \"\\t\", and no quote.");
            }

            var columns = csv.OptionalTexts("columns");
            var hasHeader = header?.Text != "false";
            if (hasHeader == columns is not null)
            {
                errors.Add(csv.Node, hasHeader
                    ? "\"columns\" belongs to \"header\": false: a header names its columns itself."
                    : "\"columns\" is missing: without a header it names the fields of a line.");
            }

            csv.Finish();
            if (errors.Count == before)
            {
                options = new CsvOptions((byte)(delimiter?.Value[0] ?? ','), columns is null ? null : [.. columns.Select(c => c.Value)]);
            }
        }

        return file is null || errors.Count > before ? null : new JsonSource(file, files, options);
    }

    private SchemaFile? File(ConfigText? path) => path is not null && Read(path, "schema") is { } bytes ? new SchemaFile(path, bytes) : null;

    private byte[]? Read(ConfigText path, string what)
    {
        if (Path.IsPathRooted(path.Value) || path.Value.Split('/', '\\').Contains(".."))
        {
            errors.Add(path.Node, $"The {what} file must lie beside {files.StreamsFile} or below it, because only that folder is deployed; \"{path.Value}\" does not.");
            return null;
        }

        try
        {
            if (files.Read(path.Value) is { } bytes)
            {
                return bytes;
            }

            errors.Add(path.Node, $"There is no {what} file \"{path.Value}\" beside {files.StreamsFile}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(path.Node, $"The {what} file \"{path.Value}\" cannot be read: {e.Message}");
        }

        return null;
    }
}
