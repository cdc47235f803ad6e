using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Decoding.Foreign;
using Ingest.Pipeline.Tests.Records;
using Ingest.Pipeline.Tests.Streams;

namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>What each format refuses, and what it makes of the corners of its specification.</summary>
public sealed class FormatTests
{
    private const string Attributes = "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\"";

    [Theory]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\"}", FaultCode.Schema, "")]
    [InlineData("{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\"}", FaultCode.Schema, "/specversion")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"s\",\"type\":\"t\"}", FaultCode.Schema, "/id")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":7,\"source\":\"s\",\"type\":\"t\"}", FaultCode.Schema, "/id")]
    [InlineData("{" + Attributes + ",\"time\":\"yesterday\"}", FaultCode.Schema, "/time")]
    [InlineData("{" + Attributes + ",\"id\":\"2\"}", FaultCode.Malformed, "/id")]
    [InlineData("{" + Attributes + ",\"tenant\":{}}", FaultCode.Schema, "/tenant")]
    [InlineData("{" + Attributes + ",\"data\":{\"n\":\"x\"}}", FaultCode.Schema, "/data/n")]
    [InlineData("{" + Attributes + ",\"data\":{\"n\":1}", FaultCode.Malformed, "")]
    [InlineData("{" + Attributes + ",\"data\":{\"n\":1},\"data_base64\":\"e30=\"}", FaultCode.Malformed, "/data_base64")]
    [InlineData("{" + Attributes + ",\"data_base64\":\"%\"}", FaultCode.Malformed, "/data_base64")]
    [InlineData("{" + Attributes + ",\"datacontenttype\":\"text/xml\",\"data\":\"<n/>\"}", FaultCode.UnsupportedEncoding, "/data")]
    [InlineData("{" + Attributes + ",\"x\":01}", FaultCode.Malformed, "/x")]
    [InlineData("[]", FaultCode.Empty, "")]
    [InlineData("5", FaultCode.Schema, "")]
    public void A_broken_cloud_event_is_quarantined_with_the_place(string body, FaultCode code, string path)
    {
        var decoded = Decoded.Of(Json("\"format\": \"cloudevents\""), null, Decoded.Event(body));
        Assert.Equal((code, path), (decoded.Fault.Code, decoded.Fault.Path));
        Assert.Equal(body, Encoding.UTF8.GetString(decoded.Refused[0].Body.Span));
    }

    [Fact]
    public void An_event_without_data_is_a_row_where_the_schema_requires_nothing()
    {
        var decoded = Decoded.Of(Json("\"format\": \"cloudevents\""), null, Decoded.Event($"{{{Attributes},\"data\":null,\"later\":null}}"));
        Assert.Equal((null, "1", null), (decoded["n"], decoded["_ce_id"], decoded["_ce_extensions"]));
    }

    [Fact]
    public void The_data_of_a_cloud_event_may_be_Avro_or_Protobuf()
    {
        var properties = new Dictionary<string, object> { ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = "1", ["cloudEvents:source"] = "s", ["cloudEvents:type"] = "t" };
        var avro = Definitions.Load("""{ "streams": [ { "name": "one", "format": "cloudevents", "schema": { "avro": "x.avsc", "framing": "none" } } ] }""").Streams[0];
        var protobuf = Definitions.Load("""{ "streams": [ { "name": "one", "format": "cloudevents", "schema": { "protobuf": "x.desc", "message": "demo.Reading" } } ] }""").Streams[0];

        var fromAvro = Decoded.Of(avro, null, ForeignEvents.Event([2, (byte)'d', 0, 2], "avro/binary") with { Properties = properties });
        var fromProtobuf = Decoded.Of(protobuf, null, Decoded.Event($"{{{Attributes},\"datacontenttype\":\"application/protobuf\",\"data_base64\":\"CgFk\"}}"));

        Assert.Equal(("d", "1"), (fromAvro["deviceId"], fromAvro["_ce_id"]));
        Assert.Equal(("d", "1"), (fromProtobuf["deviceId"], fromProtobuf["_ce_id"]));
    }

    [Theory]
    [InlineData("application/json", "{\"n\":1}", 1)]
    [InlineData("application/json; charset=utf-8", "[{\"n\":1},{\"n\":2}]", 2)]
    [InlineData("application/vnd.contoso+json", "{\"n\":1}", 1)]
    [InlineData("application/x-ndjson", "{\"n\":1}\n{\"n\":2}", 2)]
    [InlineData("text/csv", "n\n1\n2\n3", 3)]
    [InlineData("application/cloudevents+json", "{" + Attributes + ",\"data\":{\"n\":1}}", 1)]
    [InlineData("application/cloudevents-batch+json", "[{" + Attributes + ",\"data\":{\"n\":1}},{" + Attributes + "}]", 2)]
    public void The_content_type_decides_what_an_event_is(string contentType, string body, int rows)
    {
        var stream = Load("""{ "name": "one", "format": "auto", "schema": { "csv": {}, "json": "s.json" } }""");
        var decoded = Decoded.Of(stream, null, ForeignEvents.Event(Encoding.UTF8.GetBytes(body), contentType));
        Assert.Empty(decoded.Refused);
        Assert.Equal((rows, 1L), (decoded.Batch.RowCount, decoded.Batch.Value("n", 0)));
    }

    [Theory]
    [InlineData("avro/binary", "The content type \"avro/binary\" is none that the stream can read")]
    [InlineData("image/png", "The content type \"image/png\" is none that the stream can read")]
    [InlineData(null, "The event names no content type")]
    public void A_content_type_that_the_stream_cannot_read_is_named(string? contentType, string detail)
    {
        var fault = Decoded.Of(Json("\"format\": \"auto\""), null, ForeignEvents.Event("{\"n\":1}"u8.ToArray(), contentType)).Fault;
        Assert.Equal(FaultCode.UnsupportedEncoding, fault.Code);
        Assert.StartsWith(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_line_of_CSV_is_a_record_of_its_own()
    {
        const string Body = "n,s,o.x,on,l\r\n1,a,1.5,TRUE,\"[\"\"x\"\",\"\"y\"\"]\"\r\n2,\"b, \"\"c\"\"\r\nd\",,false,\r\nx,y,,,\r\n3,,,,\r\n4,e,1\r\n5,f\"g,,,\r\n6,\"\",,,\r\n";
        var stream = Load(
            """{ "name": "one", "format": "csv", "schema": "s.json" }""",
            """{"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string"},"o":{"type":"object","properties":{"x":{"type":"number"}}},"on":{"type":"boolean"},"l":{"type":"array","items":{"type":"string"}}}}""");

        var decoded = Decoded.Of(stream, null, Decoded.Event(Body));

        Assert.Equal([1L, 2L, 3L, 6L], Rows(decoded, "n"));
        Assert.Equal(["a", "b, \"c\"\r\nd", null, ""], Rows(decoded, "s"));
        Assert.Equal((1.5, true), (decoded.Batch.Value("o.x", 0), decoded.Batch.Value("on", 0)));
        Assert.Equal(["x", "y"], (object?[])decoded.Batch.Value("l", 0)!);
        Assert.Equal(
            [(2, FaultCode.Schema, "x,y,,,"), (4, FaultCode.Malformed, "4,e,1"), (5, FaultCode.Malformed, "5,f\"g,,,")],
            decoded.Refused.Select(r => (r.Index, r.Fault.Code, Encoding.UTF8.GetString(r.Body.Span))));
        Assert.Equal("/n", decoded.Refused[0].Fault.Path);
    }

    [Theory]
    [InlineData("n,n\n1,2", FaultCode.Malformed)]
    [InlineData("n,\n1,2", FaultCode.Malformed)]
    [InlineData("n\n", FaultCode.Empty)]
    [InlineData("n,\"s", FaultCode.Malformed)]
    public void CSV_without_a_usable_header_is_one_refused_event(string body, FaultCode code) =>
        Assert.Equal(code, Decoded.Of(Json("\"format\": \"csv\""), null, Decoded.Event(body)).Fault.Code);

    [Fact]
    public void CSV_may_have_another_delimiter_and_no_header()
    {
        var stream = Load("""{ "name": "one", "schema": { "csv": { "header": false, "delimiter": "\t", "columns": ["s", "n"] }, "json": "s.json" } }""");
        var decoded = Decoded.Of(stream, null, Decoded.Event("a,b\t1\nc\t2"));
        Assert.Equal(["a,b", "c"], Rows(decoded, "s"));
        Assert.Equal([1L, 2L], Rows(decoded, "n"));
    }

    public static TheoryData<byte[], FaultCode> BrokenMessages => new()
    {
        { [0x0a], FaultCode.Malformed },
        { [0x0a, 5, (byte)'a'], FaultCode.Malformed },
        { [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], FaultCode.Malformed },
        { [0x00, 1], FaultCode.Malformed },
        { [0x0f, 1], FaultCode.Malformed },
        { [0x0a, 1, 0xff], FaultCode.Malformed },
        { [0x08, 1], FaultCode.Schema },
        { [0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], FaultCode.Schema },
        { [0x2c], FaultCode.Malformed },
        { [0x2b, 0x2b, 0x2c, 0x34], FaultCode.Malformed },
    };

    [Theory]
    [MemberData(nameof(BrokenMessages))]
    public void A_broken_message_is_quarantined(byte[] body, FaultCode code)
    {
        var decoded = Decoded.Of(Message("single"), null, Decoded.Event(body));
        Assert.Equal(code, decoded.Fault.Code);
        Assert.Equal(body, decoded.Refused[0].Body.ToArray());
    }

    [Fact]
    public void The_last_value_of_a_field_counts_and_unknown_fields_are_passed_over()
    {
        byte[] body = [0x0a, 1, (byte)'a', 0x38, 1, 0x43, 0x38, 1, 0x44, 0x0a, 1, (byte)'b'];
        var decoded = Decoded.Of(Message("single"), null, Decoded.Event(body));
        Assert.Equal(("b", 0.0, 0L), (decoded["deviceId"], decoded["temperature"], decoded["createdAt"]));
    }

    [Fact]
    public void A_message_without_bytes_has_all_its_defaults() =>
        Assert.Equal("", Decoded.Of(Message("single"), null, Decoded.Event(Array.Empty<byte>()))["deviceId"]);

    [Fact]
    public void Of_delimited_messages_a_broken_one_costs_only_itself()
    {
        var decoded = Decoded.Of(Message("delimited"), null, Decoded.Event([3, 0x0a, 1, (byte)'a', 1, 0x0a, 0, 3, 0x0a, 1, (byte)'b', 9, 0x0a]));
        Assert.Equal(["a", "", "b"], Rows(decoded, "deviceId"));
        Assert.Equal([(1, 1), (4, 2)], decoded.Refused.Select(r => (r.Index, r.Body.Length)));
    }

    [Fact]
    public void Limits_hold_for_binary_formats_too()
    {
        var options = new DecodingOptions { MaxStringBytes = 4, MaxRecordsPerEvent = 2 };
        Assert.Equal(FaultCode.TooLarge, Decoded.Of(Message("single"), options, Decoded.Event([0x0a, 5, 1, 2, 3, 4, 5])).Fault.Code);
        var many = Decoded.Of(Message("delimited"), options, Decoded.Event([0, 0, 0, 0]));
        Assert.Equal((2, FaultCode.TooLarge, 2), (many.Batch.RowCount, many.Refused[0].Fault.Code, many.Refused[0].Body.Length));
    }

    [Fact]
    public void An_Avro_array_of_nothing_cannot_be_endless()
    {
        var stream = Load(
            """{ "name": "one", "schema": { "avro": "n.avsc", "framing": "none" } }""",
            avsc: """{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":"null"}}]}""");
        Assert.Equal(FaultCode.TooLarge, Decoded.Of(stream, null, Decoded.Event([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0])).Fault.Code);
    }

    [Fact]
    public void A_record_of_a_container_that_cannot_be_stored_costs_only_itself()
    {
        // One block of three records with one double each; the second is NaN.
        const string Schema = """{"type":"record","name":"R","fields":[{"name":"d","type":"double"}]}""";
        byte[] sync = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        byte[] body =
        [
            .. "Obj\u0001"u8, 2, 22, .. "avro.schema"u8, .. Long(Schema.Length), .. Encoding.UTF8.GetBytes(Schema), 0, .. sync,
            6, 48, .. BitConverter.GetBytes(1.0), .. BitConverter.GetBytes(double.NaN), .. BitConverter.GetBytes(3.0), .. sync,
        ];
        var stream = Load("""{ "name": "one", "schema": { "avro": "n.avsc" } }""", avsc: Schema);

        var decoded = Decoded.Of(stream, null, Decoded.Event(body));
        Assert.Equal([1.0, 3.0], Rows(decoded, "d"));
        Assert.Equal((1, FaultCode.Schema, "/d", 8), (decoded.Refused[0].Index, decoded.Refused[0].Fault.Code, decoded.Refused[0].Fault.Path, decoded.Refused[0].Body.Length));

        body[^1] ^= 1;
        Assert.Contains("sync marker", Decoded.Of(stream, null, Decoded.Event(body)).Fault.Detail, StringComparison.Ordinal);
    }

    private static byte[] Long(int value) => value < 64 ? [(byte)(value * 2)] : [(byte)((value * 2 & 0x7f) | 0x80), (byte)(value * 2 >> 7)];

    private static object?[] Rows(Decoded decoded, string column) => [.. Enumerable.Range(0, decoded.Batch.RowCount).Select(row => decoded.Batch.Value(column, row))];

    private static StreamDefinition Message(string framing) => Definitions.Load(
        $$"""{ "streams": [ { "name": "one", "schema": { "protobuf": "x.desc", "message": "demo.Reading", "framing": "{{framing}}" } } ] }""").Streams[0];

    private static StreamDefinition Json(string members) => Load($$"""{ "name": "one", "schema": "s.json", {{members}} }""");

    private static StreamDefinition Load(string stream, string schema = ForeignEvents.CloudEventSchema, string avsc = "{}") =>
        ForeignEvents.Load(stream, files => files.With("s.json", schema).With("n.avsc", avsc));
}
