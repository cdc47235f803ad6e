using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
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
    /// The first stream whose conditions all hold; of conditions on records it is only known that they may. Null where none takes
    /// the event. Allocates nothing, and touches the properties, which may decode on first use, only where a condition asks for them.
    /// </summary>
    public StreamDefinition? Route(in IncomingEvent source) => Find(source) is >= 0 and var index ? routes[index].Stream : null;

    /// <summary>Index of the first stream that may take the event, or some of its records; −1 for none.</summary>
    /// <param name="from">Where to begin.</param>
    internal int Find(in IncomingEvent source, int from = 0)
    {
        var subject = new RouteSubject(in source);
        for (var i = from; i < routes.Length; i++)
        {
            if (routes[i].Takes(ref subject))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether the stream decides record by record.</summary>
    internal bool LooksIntoRecords(int index) => routes[index].LooksIntoRecords;

    /// <summary>All streams that the records of an event may go to, in order. The last may take whatever comes.</summary>
    internal void FindAll(in IncomingEvent source, List<int> found)
    {
        found.Clear();
        for (var i = Find(source); i >= 0; i = Find(source, i + 1))
        {
            // Records are cut out as JSON; who reads another format could not read them.
            if (PayloadShapes.Of(routes[i].Stream.Payload, source).IsJson())
            {
                found.Add(i);
            }

            if (!routes[i].LooksIntoRecords)
            {
                break;
            }
        }
    }

    /// <summary>The first of <paramref name="candidates"/> whose conditions hold for the record; null for none.</summary>
    internal StreamDefinition? RouteRecord(in IncomingEvent source, ReadOnlySpan<byte> record, List<int> candidates)
    {
        foreach (var index in candidates)
        {
            if (routes[index].TakesRecord(source, record))
            {
                return routes[index].Stream;
            }
        }

        return null;
    }

    /// <summary>For the quarantine: what the event held where the streams look, and what each of them accepts. At most 1,000 characters.</summary>
    public string DescribeMiss(in IncomingEvent source) => DescribeMiss(source, "event", default);

    /// <summary>The same for one record of an event.</summary>
    internal string DescribeRecordMiss(in IncomingEvent source, ReadOnlySpan<byte> record) => DescribeMiss(source, "record", record);

    private string DescribeMiss(in IncomingEvent source, string what, ReadOnlySpan<byte> record)
    {
        var text = new StringBuilder($"No stream takes this {what}.");
        foreach (var (place, name) in Streams.SelectMany(s => s.When).Select(c => (c.Source, c.Name)).Distinct())
        {
            if (place is RouteSource.Record && record.IsEmpty)
            {
                continue;
            }

            var value = place is RouteSource.Record or RouteSource.CloudEvent && !record.IsEmpty && !CloudEventProperties.Of(source)
                ? DescribeIn(record, place, name)
                : RouteSubject.Describe(in source, place, name);
            text.Append($" Its {WhenParser.Spell(place, name)} is {value}.");
        }

        foreach (var stream in Streams)
        {
            var conditions = stream.When.Select(c => $"{WhenParser.Spell(c.Source, c.Name)} = {string.Join(" | ", c.Values)}");
            text.Append($" {stream.Name}: {string.Join(" and ", conditions)};");
        }

        return text.Length <= MaxMissLength ? text.ToString().TrimEnd(';') : $"{text.ToString(0, MaxMissLength - 1)}…";
    }

    /// <summary>Whether the record is a CloudEvent is the stream's to know; here either place is as good.</summary>
    private static string DescribeIn(ReadOnlySpan<byte> record, RouteSource place, string name)
    {
        byte[][] path = place == RouteSource.CloudEvent
            ? [Encoding.UTF8.GetBytes(name)]
            : [.. JsonPointer.Parse(name)!.Select(Encoding.UTF8.GetBytes)];
        var plain = RecordValue.Describe(record, path);
        return plain == "absent" && place == RouteSource.Record ? RecordValue.Describe(record, ["data"u8.ToArray(), .. path]) : plain;
    }
}
