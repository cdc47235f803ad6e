using Ingest.Pipeline.Enrichment;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>The whole of streams.json.</summary>
internal static class StreamsFileParser
{
    public static (IReadOnlyList<StreamDefinition> Streams, IReadOnlyList<LookupDefinition> Lookups) Parse(IStreamFiles files, ConfigErrors errors)
    {
        if (Read(files, errors) is not { } bytes || ConfigParser.Parse(bytes, errors) is not { } node
            || ConfigObject.From(node, errors, errors.File) is not { } root)
        {
            return ([], []);
        }

        root.OptionalText("$schema");
        var lookups = LookupsParser.Parse(root.Optional("lookups"), errors);
        var streams = Streams(root.Required("streams", "it is the array of all streams"), new StreamParser(files, lookups, errors), errors);
        StreamsCheck.Against(streams, errors);
        root.Finish();
        return ([.. streams.Select(s => s.Definition).OfType<StreamDefinition>()], [.. lookups.Values.OfType<LookupDefinition>()]);
    }

    private static byte[]? Read(IStreamFiles files, ConfigErrors errors)
    {
        try
        {
            if (files.Read(files.StreamsFile) is { } bytes)
            {
                return bytes;
            }

            errors.Add(1, "", "There is no such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(1, "", $"The file cannot be read: {e.Message}");
        }

        return null;
    }

    private static List<ParsedStream> Streams(ConfigNode? value, StreamParser parser, ConfigErrors errors)
    {
        if (value is null)
        {
            return [];
        }

        if (value.Kind != ConfigKind.Array || value.Elements.Count == 0)
        {
            errors.Add(value, $"\"streams\" must be an array of at least one stream, not {(value.Kind == ConfigKind.Array ? "an empty one" : value.Describe())}.");
            return [];
        }

        return [.. value.Elements.Select(parser.Parse).OfType<ParsedStream>()];
    }
}
