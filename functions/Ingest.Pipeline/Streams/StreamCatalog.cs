using System.Text;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams.Configuration;

namespace Ingest.Pipeline.Streams;

/// <summary>All streams of one streams.json, checked and compiled. Immutable; routes from many threads.</summary>
public sealed class StreamCatalog
{
    private const int MaxMissLength = 1000;

    private readonly StreamRoute[] routes;

    private StreamCatalog(IReadOnlyList<StreamDefinition> streams, IReadOnlyList<LookupDefinition> lookups)
    {
        Streams = streams;
        Lookups = lookups;
        routes = [.. streams.Select(s => new StreamRoute(s))];
    }

    /// <summary>In the order of the file, which is the order of routing.</summary>
    public IReadOnlyList<StreamDefinition> Streams { get; }

    /// <summary>Every entry of <c>lookups</c>, used or not.</summary>
    public IReadOnlyList<LookupDefinition> Lookups { get; }

    /// <summary>Reads streams.json and the schemas it names.</summary>
    /// <exception cref="StreamConfigurationException">There are mistakes; it holds all of them.</exception>
    public static StreamCatalog Load(string streamsJsonPath) => Load(new DiskStreamFiles(streamsJsonPath));

    /// <inheritdoc cref="Load(string)"/>
    public static StreamCatalog Load(IStreamFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var errors = new ConfigErrors(files.StreamsFile);
        var (streams, lookups) = StreamsFileParser.Parse(files, errors);
        errors.ThrowIfAny();
        return new StreamCatalog(streams, lookups);
    }

    /// <summary>
    /// The first stream whose conditions all hold; null where none takes the event. Allocates nothing, and touches the
    /// properties, which may decode on first use, only where a condition asks for them.
    /// </summary>
    public StreamDefinition? Route(in IncomingEvent source)
    {
        var subject = new RouteSubject(in source);
        foreach (var route in routes)
        {
            if (route.Takes(ref subject))
            {
                return route.Stream;
            }
        }

        return null;
    }

    /// <summary>For the quarantine: what the event held where the streams look, and what each of them accepts. At most 1,000 characters.</summary>
    public string DescribeMiss(in IncomingEvent source)
    {
        var text = new StringBuilder("No stream takes this event.");
        foreach (var (place, name) in Streams.SelectMany(s => s.When).Select(c => (c.Source, c.Name)).Distinct())
        {
            var value = RouteSubject.Describe(in source, place, name);
            text.Append($" Its {WhenParser.Spell(place, name)} is {value}.");
        }

        foreach (var stream in Streams)
        {
            var conditions = stream.When.Select(c => $"{WhenParser.Spell(c.Source, c.Name)} = {string.Join(" | ", c.Values)}");
            text.Append($" {stream.Name}: {string.Join(" and ", conditions)};");
        }

        return text.Length <= MaxMissLength ? text.ToString().TrimEnd(';') : $"{text.ToString(0, MaxMissLength - 1)}…";
    }
}
