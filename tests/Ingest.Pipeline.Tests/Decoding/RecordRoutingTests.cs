using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Records;
using Ingest.Pipeline.Tests.Streams;

namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>Events whose records belong to different streams.</summary>
public sealed class RecordRoutingTests
{
    private const string Schema = """{"type":"object","properties":{"n":{"type":"integer"}}}""";

    [Theory]
    [InlineData("ndjson", "{\"type\":\"a\",\"n\":1}\n{\"n\":2,\"type\":\"b\"}\n{\"n\":3}\n{\"type\":\"c\",\"n\":4}\n{\"type\":\"a\",\"n\":\"x\"}\n{\"type\":\"b\",oops}")]
    [InlineData("json-array", "[{\"type\":\"a\",\"n\":1}, {\"n\":2,\"type\":\"b\"} ,{\"n\":3},{\"type\":\"c\",\"n\":4},{\"type\":\"a\",\"n\":\"x\"},{\"type\":\"b\",oops}]")]
    public void Each_record_of_a_packed_event_goes_to_the_first_stream_that_takes_it(string format, string body)
    {
        var routed = Route(body, ("a", "{ \"record:/type\": \"a\" }", format), ("bc", "{ \"record:/type\": [\"b\", \"c\"] }", format));

        Assert.Equal([1L], routed.Values("a"));
        Assert.Equal([2L, 4L], routed.Values("bc"));
        Assert.Equal(
            [("", 2, FaultCode.UnknownStream), ("a", 4, FaultCode.Schema), ("bc", 5, FaultCode.Malformed)],
            routed.Refused.Select(r => (r.Stream ?? "", r.Index, r.Fault.Code)));
        Assert.Equal(
            ["{\"n\":3}", "{\"type\":\"a\",\"n\":\"x\"}", "{\"type\":\"b\",oops}"], routed.Refused.Select(r => Encoding.UTF8.GetString(r.Body.Span)));
        Assert.StartsWith("No stream takes this record. Its record:/type is absent.", routed.Refused[0].Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_stream_takes_the_records_that_no_other_takes()
    {
        var routed = Route("{\"type\":\"a\",\"n\":1}\n{\"n\":2}", ("typed", "{ \"record:/type\": \"a\" }", "ndjson"), ("rest", "{}", "json"));

        Assert.Equal([1L], routed.Values("typed"));
        Assert.Equal([2L], routed.Values("rest"));
        Assert.Empty(routed.Refused);
    }

    [Theory]
    [InlineData("{\"type\":5}", "5", true)]
    [InlineData("{\"type\":true}", "true", true)]
    [InlineData("{\"type\":\"\\u0061\"}", "a", true)]
    [InlineData("{\"ty\\u0070e\":\"a\"}", "a", true)]
    [InlineData("{\"type\":null}", "null", false)]
    [InlineData("{\"type\":{\"a\":1}}", "a", false)]
    [InlineData("{\"x\":{\"type\":\"a\"}}", "a", false)]
    [InlineData("{\"type\":\"\"}", "", true)]
    public void Values_are_compared_as_text(string record, string value, bool taken)
    {
        var routed = Route(record, ("one", $"{{ \"record:/type\": \"{value}\" }}", "json"));
        Assert.Equal(taken, routed.Refused.All(r => r.Fault.Code != FaultCode.UnknownStream));
    }

    [Theory]
    [InlineData("/meta/kind", "{\"meta\":{\"kind\":\"a\"}}", true)]
    [InlineData("/list/1", "{\"list\":[\"x\",\"a\"]}", true)]
    [InlineData("/list/2", "{\"list\":[\"x\",\"a\"]}", false)]
    [InlineData("/a~1b", "{\"a/b\":\"a\"}", true)]
    public void A_pointer_may_go_deep(string pointer, string record, bool taken) =>
        Assert.Equal(taken, Route(record, ("one", $"{{ \"record:{pointer}\": \"a\" }}", "json")).Refused.Count == 0);

    [Fact]
    public void Conditions_on_the_event_and_on_the_record_must_all_hold()
    {
        (string, string, string)[] streams = [("one", "{ \"contentType\": \"x/y\", \"record:/type\": \"a\" }", "json"), ("two", "{ \"contentType\": \"x/z\" }", "json")];

        Assert.Equal([1L], Route("{\"type\":\"a\",\"n\":1}", "x/y", streams).Values("one"));
        Assert.Equal(FaultCode.UnknownStream, Route("{\"type\":\"b\",\"n\":1}", "x/y", streams).Refused[0].Fault.Code);
        Assert.Equal([1L], Route("{\"type\":\"a\",\"n\":1}", "x/z", streams).Values("two"));
    }

    [Theory]
    [InlineData("""[{"specversion":"1.0","id":"1","source":"s","type":"a","data":{"n":1}},{"specversion":"1.0","id":"2","source":"s","type":"b","data":{"n":2,"k":"x"}}]""")]
    public void Cloud_events_of_a_batch_are_told_apart_by_their_attributes_and_data(string body)
    {
        var byType = Route(body, ("a", "{ \"ce:type\": \"a\" }", "cloudevents"), ("b", "{ \"ce:type\": \"b\" }", "cloudevents"));
        var byData = Route(body, ("x", "{ \"record:/k\": \"x\" }", "cloudevents"), ("rest", "{}", "cloudevents"));

        Assert.Equal([1L], byType.Values("a"));
        Assert.Equal([2L], byType.Values("b"));
        Assert.Equal([2L], byData.Values("x"));
        Assert.Equal([1L], byData.Values("rest"));
    }

    [Fact]
    public void A_binary_cloud_event_is_routed_by_its_properties()
    {
        var properties = new Dictionary<string, object>
        {
            ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = "1", ["cloudEvents:source"] = "s", ["cloudEvents:type"] = "b",
        };
        var source = Decoded.Event("{\"n\":7}") with { Properties = properties };
        var routed = Route(source, ("a", "{ \"ce:type\": \"a\" }", "cloudevents"), ("b", "{ \"ce:type\": \"b\" }", "auto"));

        Assert.Equal([7L], routed.Values("b"));
        Assert.Empty(routed.Refused);
    }

    [Fact]
    public void A_compressed_event_is_taken_apart_once_it_is_expanded()
    {
        using var stream = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Compress))
        {
            gzip.Write("{\"type\":\"a\",\"n\":1}\n{\"type\":\"b\",\"n\":2}"u8);
        }

        var routed = Route(Decoded.Event(stream.ToArray(), encoding: "gzip"), ("a", "{ \"record:/type\": \"a\" }", "ndjson"), ("b", "{ \"record:/type\": \"b\" }", "ndjson"));
        Assert.Equal([1L], routed.Values("a"));
        Assert.Equal([2L], routed.Values("b"));
    }

    private static Routed Route(string body, params (string Name, string When, string Format)[] streams) => Route(body, "", streams);

    private static Routed Route(string body, string contentType, params (string Name, string When, string Format)[] streams) =>
        Route(Decoded.Event(body) with { ContentType = contentType }, streams);

    private static Routed Route(IncomingEvent source, params (string Name, string When, string Format)[] streams)
    {
        var definitions = streams.Select(s => $"{{ \"name\": \"{s.Name.PadRight(3, '-')}\", \"schema\": \"s.json\", \"when\": {s.When}, \"format\": \"{s.Format}\" }}");
        var catalog = StreamCatalog.Load(new MemoryStreamFiles($"{{ \"streams\": [ {string.Join(", ", definitions)} ] }}").With("s.json", Schema));
        var batches = catalog.Streams.ToDictionary(s => s.Name, s => s.CreateBatch());
        var decoders = catalog.Streams.ToDictionary(s => s.Name, s => new RecordDecoder(s.Name, s.Payload, new DecodingOptions()));
        List<QuarantinedRecord> refused = [];
        new EventDecoder(catalog, s => decoders[s.Name], s => batches[s.Name]).Decode(source, 0, refused);
        return new Routed(batches, [.. refused.Select(r => r with { Stream = r.Stream?.TrimEnd('-') })]);
    }

    private sealed record Routed(Dictionary<string, RecordBatch> Batches, List<QuarantinedRecord> Refused)
    {
        public long[] Values(string stream)
        {
            var batch = Batches[stream.PadRight(3, '-')];
            return [.. Enumerable.Range(0, batch.RowCount).Select(row => (long)batch.Value("n", row)!)];
        }
    }
}
