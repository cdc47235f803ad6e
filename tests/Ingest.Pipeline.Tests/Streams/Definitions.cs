using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>Small streams files around the one thing a test is about.</summary>
internal static class Definitions
{
    /// <summary>One column of each type that matters to the rules.</summary>
    public const string Schema = """
        {
          "type": "object",
          "properties": {
            "deviceId": { "type": "string" },
            "number": { "type": "integer" },
            "ratio": { "type": "number" },
            "on": { "type": "boolean" },
            "uuid": { "type": "string", "format": "uuid" },
            "createdAt": { "type": "string", "format": "date-time" },
            "stamp": { "type": "string" },
            "tags": { "type": "array", "items": { "type": "string" } },
            "open": { "type": "object" },
            "location": { "type": "object", "properties": { "lat": { "type": "number" } } }
          }
        }
        """;

    public static StreamCatalog Load(string streamsJson) =>
        StreamCatalog.Load(new MemoryStreamFiles(streamsJson).With("s.json", Schema));

    /// <param name="members">More members of the stream, each with a comma before it.</param>
    public static StreamDefinition LoadStream(string members) => Assert.Single(Load(StreamOf(members)).Streams);

    /// <summary>The one mistake there must be.</summary>
    public static ConfigurationError MistakeIn(string members) => Assert.Single(MistakesOf(StreamOf(members)));

    public static IReadOnlyList<ConfigurationError> MistakesOf(string streamsJson) => MistakesOf(new MemoryStreamFiles(streamsJson).With("s.json", Schema));

    public static IReadOnlyList<ConfigurationError> MistakesOf(IStreamFiles files) =>
        Assert.Throws<StreamConfigurationException>(() => StreamCatalog.Load(files)).Errors;

    private static string StreamOf(string members) => $$"""
        {
          "streams": [ { "name": "one", "schema": "s.json"{{members}} } ],
          "lookups": { "devices": { "table": "Devices" } }
        }
        """;
}
