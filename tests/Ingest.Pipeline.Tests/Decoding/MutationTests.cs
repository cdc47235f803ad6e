using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Decoding.Foreign;
using Ingest.Pipeline.Tests.Streams;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>
/// Damaged events of every format: none is a crash, a hang, a fault of ours, or a loss. <c>INGEST_MUTATIONS</c> is how many inputs
/// each format gets (default 2,000), <c>INGEST_MUTATION_SEED</c> where to begin.
/// </summary>
public sealed class MutationTests(ForeignEvents foreign) : IClassFixture<ForeignEvents>
{
    private static readonly int Count = Variable("INGEST_MUTATIONS", 2000);
    private static readonly int Seed = Variable("INGEST_MUTATION_SEED", 1);

    private static readonly DecodingOptions Options = new() { MaxRecordsPerEvent = 50, MaxDecompressedBytes = 1 << 20, MaxStringBytes = 4096, MaxDepth = 20 };

    private static readonly string[] Json =
    [
        """{"n":1,"s":"a","o":{"x":[1,2,{"y":null}]}}""",
        "{\"n\":2,\"s\":\"grüße \\u2603 \\\"q\\\"\"}\n{\"n\":\"no\"}\r\n\n{\"n\":4}",
        "{\"type\":\"a\",\"n\":1}\n{\"n\":\"no\",\"type\":\"b\"}\n{\"type\":5}",
        """[{"n":1,"type":"a"},{"n":2,"type":"b"}, {"n":3,"type":5} ,{"type":"a"}]""",
    ];

    [Theory]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("json-array")]
    [InlineData("cloudevents")]
    [InlineData("cloudevents-binary")]
    [InlineData("avro")]
    [InlineData("avro-container")]
    [InlineData("avro-deflate")]
    [InlineData("avro-snappy")]
    [InlineData("avro-zstandard")]
    [InlineData("avro-resolved")]
    [InlineData("protobuf")]
    [InlineData("protobuf-delimited")]
    [InlineData("csv")]
    public void No_damage_to_an_event_crashes_hangs_or_loses_a_record(string format)
    {
        var (stream, seeds, of) = Subject(format);
        using var decoder = new RecordDecoder(stream.Name, stream.Payload, Options);
        Run(seeds, of, stream.CreateBatch, (e, batches, refused) => decoder.Decode(e, 0, batches[0], refused), format);
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("json-array")]
    [InlineData("cloudevents")]
    public void No_damage_to_an_event_of_several_streams_loses_a_record(string format)
    {
        var condition = format == "cloudevents" ? "ce:type" : "record:/type";
        var catalog = StreamCatalog.Load(new MemoryStreamFiles($$"""
            { "streams": [
              { "name": "one", "format": "{{format}}", "schema": "s.json", "when": { "{{condition}}": "a" } },
              { "name": "two", "format": "{{format}}", "schema": "s.json", "when": { "{{condition}}": ["b", "5"] } } ] }
            """).With("s.json", ForeignEvents.CloudEventSchema));
        var decoders = catalog.Streams.ToDictionary(s => s.Name, s => new RecordDecoder(s.Name, s.Payload, Options));
        List<RecordBatch> all = [];
        var router = new EventDecoder(catalog, s => decoders[s.Name], s => all[s.Name == "one" ? 0 : 1]);
        var seeds = format == "cloudevents" ? CloudEvents() : Json.Select(Encoding.UTF8.GetBytes).ToArray();

        Run(
            seeds, body => ForeignEvents.Event(body), () => catalog.Streams[all.Count % 2].CreateBatch(),
            (e, batches, refused) =>
            {
                if (all.Count == 0)
                {
                    all.AddRange([batches[0], catalog.Streams[1].CreateBatch()]);
                    batches.Add(all[1]);
                }

                router.Decode(e, 0, refused);
            },
            format);
    }

    private static void Run(
        byte[][] seeds, Func<byte[], IncomingEvent> of, Func<RecordBatch> newBatch, Action<IncomingEvent, List<RecordBatch>, List<QuarantinedRecord>> decode,
        string format)
    {
        List<RecordBatch> batches = [newBatch()];
        List<QuarantinedRecord> refused = [];
        long rows = 0;
        for (var i = 0; i < Count; i++)
        {
            var mutation = new Mutation(Seed + i);
            var body = i < seeds.Length ? seeds[i] : mutation.Apply(seeds[mutation.Below(seeds.Length)], seeds);
            var what = $"{format}, INGEST_MUTATION_SEED={Seed + i}: {Convert.ToBase64String(body)}";
            Measured.Within(TimeSpan.FromSeconds(5), () =>
            {
                batches.ForEach(b => b.Clear());
                refused.Clear();
                decode(of(body), batches, refused);
            }, what);
            AssertLedger(body, batches, refused, format, what);
            rows += batches.Sum(b => b.RowCount);
        }

        Assert.True(rows > 0, "Nothing was ever taken: the damage is too great to show anything.");
    }

    private static void AssertLedger(byte[] body, List<RecordBatch> batches, List<QuarantinedRecord> refused, string format, string what)
    {
        Assert.All(refused, r => Assert.True(r.Fault.Code != FaultCode.Internal, $"{r.Fault.Detail} for {what}"));
        var parts = batches.SelectMany(b => Enumerable.Range(0, b.RowCount).Select(row => (Index: (int)b.Index.Values[row], b.SourceOf(row).Bytes)))
            .Concat(refused.Select(r => (r.Index, Bytes: r.Body))).OrderBy(p => p.Index).ToArray();
        Assert.True(parts.Length > 0, what);
        Assert.True(parts.Select(p => p.Index).SequenceEqual(Enumerable.Range(0, parts.Length)), what);
        Assert.All(batches, b => Assert.All(b.Columns.Take(b.Columns.Count), c => Assert.True(c.Count == b.RowCount, what)));
        if (format is "avro-deflate" or "avro-snappy" or "avro-zstandard")
        {
            return;
        }

        // Parts follow one another in the event, and between them is nothing but what holds them together.
        var at = 0;
        foreach (var (_, bytes) in parts)
        {
            Assert.True(bytes.IsEmpty || (MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array == body && segment.Offset >= at), what);
            if (!bytes.IsEmpty)
            {
                MemoryMarshal.TryGetArray(bytes, out segment);
                AssertBetween(body.AsSpan(at, segment.Offset - at), format, at == 0, what);
                at = segment.Offset + segment.Count;
            }
        }

        AssertBetween(body.AsSpan(at), format, at == 0, what);
    }

    private static void AssertBetween(ReadOnlySpan<byte> between, string format, bool isFirst, string what)
    {
        var isFine = format switch
        {
            "ndjson" or "json-array" or "cloudevents" or "json" => between.IndexOfAnyExcept(" \t\r\n,[]\u00ef\u00bb\u00bf"u8) < 0 || Encoding.UTF8.Preamble.StartsWith(between),
            "csv" => isFirst || between.IndexOfAnyExcept("\r\n"u8) < 0,

            // The lengths of messages without content may follow one another.
            "protobuf-delimited" => between.TrimStart([(byte)0, (byte)0x80]).Length <= 10,
            _ => true,
        };
        Assert.True(isFine, what);
    }

    private (StreamDefinition Stream, byte[][] Seeds, Func<byte[], IncomingEvent> Event) Subject(string format)
    {
        static IncomingEvent Plain(byte[] body) => ForeignEvents.Event(body);
        var datum = foreign.Avro.GetProperty("data").EnumerateArray().Take(10).Select(d => (byte[])[0, 0, 0, 0, 1, .. d.GetBytesFromBase64()]).ToArray();
        byte[][] Container(string name) => [foreign.Avro.GetProperty("containers").GetProperty(name).GetBytesFromBase64(), .. datum];
        switch (format)
        {
            case "json" or "ndjson" or "json-array":
                return (JsonStream($"\"format\": \"{format}\""), [.. Json.Select(Encoding.UTF8.GetBytes)], Plain);
            case "cloudevents":
                return (JsonStream("\"format\": \"cloudevents\", \"extensions\": [\"tenant\"]"), CloudEvents(), Plain);
            case "cloudevents-binary":
                var properties = new Dictionary<string, object>
                {
                    ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = "1", ["cloudEvents:source"] = "s", ["cloudEvents_type"] = "t", ["cloudEvents:n"] = 5,
                };
                return (JsonStream("\"format\": \"auto\""), [.. Json.Select(Encoding.UTF8.GetBytes)], body => ForeignEvents.Event(body, "application/json") with { Properties = properties });
            case "avro":
                return (foreign.AvroStream(), datum, Plain);
            case "avro-container":
                return (foreign.AvroStream(), Container("small"), Plain);
            case "avro-deflate":
                return (foreign.AvroStream(), Container("smallDeflate"), Plain);
            case "avro-snappy":
                return (foreign.AvroStream(), Container("smallSnappy"), Plain);
            case "avro-zstandard":
                return (foreign.AvroStream(), Container("smallZstandard"), Plain);
            case "avro-resolved":
                return (foreign.AvroStream("""{ "avro": "evolved.avsc", "writers": "old.avsc" }"""), [foreign.Avro.GetProperty("old").GetBytesFromBase64(), .. Container("small")], Plain);
            case "protobuf":
                return (foreign.ProtobufStream(), [.. foreign.Protobuf.GetProperty("messages").EnumerateArray().Take(30).Select(m => m.GetBytesFromBase64())], Plain);
            case "protobuf-delimited":
                return (foreign.ProtobufStream("delimited"), [foreign.Protobuf.GetProperty("small").GetBytesFromBase64()], Plain);
            default:
                return (JsonStream("\"format\": \"csv\""),
                [
                    Encoding.UTF8.GetBytes("n,s\r\n1,a\r\n2,\"b, \"\"c\"\"\"\r\n\r\n3,\"two\nlines\"\r\nx,y\n,\n"),
                    Encoding.UTF8.GetBytes("s,n,unknown\ngrüße,5,\"\"\n"),
                ], Plain);
        }
    }

    private byte[][] CloudEvents() =>
    [
        foreign.CloudEvents.GetProperty("structured").GetBytesFromBase64(), foreign.CloudEvents.GetProperty("batch").GetBytesFromBase64(),
        foreign.CloudEvents.GetProperty("base64Data").GetBytesFromBase64(),
        Encoding.UTF8.GetBytes("""[{"specversion":"1.0","id":"1","source":"s","type":"a","data":{"n":1}}, {"specversion":"1.0","id":"2","source":"s","type":"b"}]"""),
    ];

    private static StreamDefinition JsonStream(string members) => ForeignEvents.Load(
        $$"""{ "name": "readings", {{members}}, "schema": "s.json" }""", files => files.With("s.json", ForeignEvents.CloudEventSchema));

    private static int Variable(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
