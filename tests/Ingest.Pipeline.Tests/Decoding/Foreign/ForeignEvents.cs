using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Streams;
using Ingest.Testing;
using Ingest.Testing.Node;

namespace Ingest.Pipeline.Tests.Decoding.Foreign;

/// <summary>Events that the packages cloudevents, avsc, protobufjs and csv-stringify wrote, made anew for each run of the tests.</summary>
public sealed class ForeignEvents : IAsyncLifetime
{
    public const string CloudEventStream = """{ "name": "readings", "format": "cloudevents", "schema": "s.json", "extensions": ["tenant"] }""";

    public const string CloudEventSchema = """{"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string"}}}""";

    private JsonElement root;

    public JsonElement CloudEvents => root.GetProperty("cloudEvents");

    public JsonElement Avro => root.GetProperty("avro");

    public JsonElement Protobuf => root.GetProperty("protobuf");

    public JsonElement Csv => root.GetProperty("csv");

    /// <summary>Every column whose name the records of avsc have is compared with them.</summary>
    internal StreamDefinition AvroStream(string schema = """{ "avro": "x.avsc" }""") => Load(
        $$"""{ "name": "readings", "schema": {{schema}} }""",
        files => files.With("x.avsc", Avro.GetProperty("schema").GetString()!).With("evolved.avsc", Avro.GetProperty("evolved").GetString()!)
            .With("old.avsc", Avro.GetProperty("oldSchema").GetString()!));

    internal StreamDefinition ProtobufStream(string framing = "single") => Load(
        $$"""{ "name": "readings", "schema": { "protobuf": "x.desc", "message": "contoso.Reading", "framing": "{{framing}}" } }""",
        files => files.With("x.desc", Protobuf.GetProperty("descriptor").GetBytesFromBase64()));

    internal static StreamDefinition Load(string stream, Func<MemoryStreamFiles, MemoryStreamFiles> with) =>
        Assert.Single(StreamCatalog.Load(with(new MemoryStreamFiles($$"""{ "streams": [ {{stream}} ] }"""))).Streams);

    internal static IncomingEvent Event(byte[] body, string? contentType = null) => Decoded.Event(body) with { ContentType = contentType };

    public async Task InitializeAsync() =>
        root = await new NodeScript(Repository.PathOf("tests", "Ingest.Pipeline.Tests", "Decoding", "Foreign", "make-events.js")).RunAsync<JsonElement>();

    public Task DisposeAsync() => Task.CompletedTask;
}
