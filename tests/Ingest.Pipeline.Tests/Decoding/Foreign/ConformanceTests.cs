using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Decoding.Avro;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Records;

namespace Ingest.Pipeline.Tests.Decoding.Foreign;

/// <summary>What other implementations write is read as they meant it, value by value.</summary>
public sealed class ConformanceTests(ForeignEvents foreign) : IClassFixture<ForeignEvents>
{
    private const string CsvSchema = """
        {
          "properties": {
            "id": { "type": "string" }, "text": { "type": "string" }, "n": { "type": "integer" }, "ratio": { "type": "number" }, "on": { "type": "boolean" },
            "tags": { "type": "array", "items": { "type": "string" } }, "place": { "type": "object", "properties": { "lat": { "type": "number" } } }, "last": { "type": "string" }
          }
        }
        """;

    [Fact]
    public void A_structured_cloud_event_of_the_JavaScript_SDK_is_a_row_with_its_attributes()
    {
        var e = ForeignEvents.Event(foreign.CloudEvents.GetProperty("structured").GetBytesFromBase64(), foreign.CloudEvents.GetProperty("contentType").GetString());
        AssertFirst(Decoded.Of(CloudEventStream(), null, e), "5", "true");
    }

    [Fact]
    public void A_batch_of_cloud_events_is_a_row_each()
    {
        var decoded = Decoded.Of(CloudEventStream(), null, ForeignEvents.Event(foreign.CloudEvents.GetProperty("batch").GetBytesFromBase64(), "application/cloudevents-batch+json"));

        Assert.Empty(decoded.Refused);
        Assert.Equal(["a-1", "a-2"], Enumerable.Range(0, 2).Select(i => decoded.Batch.Value("_ce_id", i)));
        Assert.Equal([1L, 2L], Enumerable.Range(0, 2).Select(i => decoded.Batch.Value("n", i)));
        Assert.Equal(["blue", null], Enumerable.Range(0, 2).Select(i => decoded.Batch.Value("_ce_tenant", i)));
        Assert.Null(decoded.Batch.Value("_ce_extensions", 1));
    }

    [Theory]
    [InlineData("cloudEvents:")]
    [InlineData("cloudEvents_")]
    public void A_binary_cloud_event_has_its_attributes_in_properties(string prefix)
    {
        var properties = foreign.CloudEvents.GetProperty("properties").EnumerateObject().ToDictionary(p => prefix + p.Name, p => (object)p.Value.GetString()!);
        var e = ForeignEvents.Event(foreign.CloudEvents.GetProperty("binaryBody").GetBytesFromBase64(), foreign.CloudEvents.GetProperty("binaryContentType").GetString());
        AssertFirst(Decoded.Of(CloudEventStream(), null, e with { Properties = properties }), "\"5\"", "\"true\"");
    }

    [Fact]
    public void Data_in_Base64_is_read_like_any_other()
    {
        var decoded = Decoded.Of(CloudEventStream(), null, ForeignEvents.Event(foreign.CloudEvents.GetProperty("base64Data").GetBytesFromBase64()));
        Assert.Equal((9L, "b-1"), (decoded["n"], decoded["_ce_id"]));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    [InlineData("snappy")]
    [InlineData("zstandard")]
    public void A_container_file_of_avsc_is_read_value_by_value(string codec) =>
        AssertAvro(Decoded.Of(foreign.AvroStream(), null, ForeignEvents.Event(Container(codec))));

    [Fact]
    public void A_snappy_block_whose_checksum_is_wrong_costs_only_that_block()
    {
        var file = Container("snappy");
        var (blocks, rows) = (AvroFiles.Blocks(file), foreign.Avro.GetProperty("records").GetArrayLength());
        Assert.True(blocks.Count > 2);
        file[blocks[1].Data.End.Value - 1] ^= 1;

        var decoded = Decoded.Of(foreign.AvroStream(), null, ForeignEvents.Event(file));

        var refused = Assert.Single(decoded.Refused);
        Assert.Equal((FaultCode.Malformed, rows - blocks[1].Count), (refused.Fault.Code, decoded.Batch.RowCount));
        Assert.Contains("checksum", refused.Fault.Detail, StringComparison.Ordinal);
        Assert.True(refused.Body.Span.SequenceEqual(file.AsSpan(blocks[1].Data)));
    }

    [Theory]
    [InlineData("snappy", 12 << 20, true)]
    [InlineData("snappy", 17 << 20, false)]
    [InlineData("zstandard", 12 << 20, true)]
    [InlineData("zstandard", 17 << 20, false)]
    public void A_block_may_expand_up_to_the_limit_and_no_further(string codec, int length, bool isTaken)
    {
        // Noise enough not to meet the limit on the ratio first, and little enough that the buffer must grow.
        var data = new byte[length];
        new Random(5).NextBytes(data.AsSpan(0, length / 32));
        var file = AvroFiles.OneBytes(codec, data);
        var stream = ForeignEvents.Load("""{ "name": "readings", "schema": { "avro": "x.avsc" } }""", files => files.With("x.avsc", AvroFiles.BytesSchema));

        var decoded = Decoded.Of(stream, new DecodingOptions { MaxStringBytes = 32 << 20 }, ForeignEvents.Event(file));

        Assert.Equal((isTaken ? 1 : 0, isTaken ? 0 : 1), (decoded.Batch.RowCount, decoded.Refused.Count));
        Assert.True(isTaken || decoded.Fault.Code == FaultCode.TooLarge);
    }

    [Fact]
    public void Data_of_avsc_in_single_object_encoding_are_read_value_by_value()
    {
        var fingerprint = AvroFingerprint.Of(Parse(foreign.Avro.GetProperty("schema").GetString()!));
        AssertAvro(Decoded.Of(foreign.AvroStream(), null, [.. Data().Select(d =>
        {
            byte[] body = [0xc3, 0x01, .. new byte[8], .. d];
            BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(2), fingerprint);
            return ForeignEvents.Event(body);
        })]));
    }

    [Fact]
    public void Data_behind_a_schema_id_are_read_value_by_value()
    {
        AssertAvro(Decoded.Of(foreign.AvroStream(), null, [.. Data().Select(d => ForeignEvents.Event([0, 0, 0, 0, 17, .. d]))]));
        AssertAvro(Decoded.Of(foreign.AvroStream(), null, [.. Data().Select(d => ForeignEvents.Event(d, "avro/binary+0b1c2d3e4f"))]));
        AssertAvro(Decoded.Of(foreign.AvroStream("""{ "avro": "x.avsc", "framing": "none" }"""), null, [.. Data().Select(d => ForeignEvents.Event(d))]));
    }

    [Fact]
    public void The_canonical_form_is_that_of_avsc()
    {
        var canonical = AvroFingerprint.Canonical(Parse(foreign.Avro.GetProperty("schema").GetString()!));
        Assert.Equal(foreign.Avro.GetProperty("md5").GetString(), Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(canonical))));
    }

    /// <summary>Values of Avro's own test data (schema-tests.txt).</summary>
    [Theory]
    [InlineData("\"null\"", 7195948357588979594)]
    [InlineData("\"boolean\"", -6970731678124411036)]
    [InlineData("\"int\"", 8247732601305521295)]
    [InlineData("\"string\"", -8142146995180207161)]
    public void The_fingerprint_is_that_of_the_specification(string schema, long fingerprint) =>
        Assert.Equal(fingerprint, (long)AvroFingerprint.Of(Parse(schema)));

    [Fact]
    public void What_an_older_writer_wrote_is_resolved_to_the_readers_schema()
    {
        var container = Decoded.Of(foreign.AvroStream("""{ "avro": "evolved.avsc" }"""), null, ForeignEvents.Event(foreign.Avro.GetProperty("old").GetBytesFromBase64()));
        var datum = foreign.Avro.GetProperty("oldDatum").GetBytesFromBase64();
        var byId = Decoded.Of(foreign.AvroStream("""{ "avro": "evolved.avsc", "ids": { "3": "old.avsc" } }"""), null, ForeignEvents.Event([0, 0, 0, 0, 3, .. datum]));

        Assert.Equal(("old", 42.0, "C", null), (container["deviceId"], container["count"], container["unit"], container["place"]));
        Assert.Equal(["x"], (object?[])container["tags"]!);
        Assert.Equal(("o2", 7.0), (byId["deviceId"], byId["count"]));
    }

    [Fact]
    public void A_writer_that_the_stream_does_not_know_is_quarantined_by_name()
    {
        var stream = foreign.AvroStream("""{ "avro": "evolved.avsc", "ids": { "3": "old.avsc" } }""");
        Assert.Contains("schema id 4", Decoded.Of(stream, null, ForeignEvents.Event([0, 0, 0, 0, 4, 1])).Fault.Detail, StringComparison.Ordinal);
        Assert.Contains("fingerprint 0102030405060708", Decoded.Of(stream, null, ForeignEvents.Event([0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9])).Fault.Detail, StringComparison.Ordinal);
        Assert.Equal(FaultCode.Malformed, Decoded.Of(stream, null, ForeignEvents.Event([1, 2, 3])).Fault.Code);
    }

    [Fact]
    public void Messages_of_protobufjs_are_read_value_by_value()
    {
        var messages = foreign.Protobuf.GetProperty("messages").EnumerateArray().Select(m => ForeignEvents.Event(m.GetBytesFromBase64())).ToArray();
        AssertProtobuf(Decoded.Of(foreign.ProtobufStream(), null, messages));
        AssertProtobuf(Decoded.Of(foreign.ProtobufStream("delimited"), null, ForeignEvents.Event(foreign.Protobuf.GetProperty("delimited").GetBytesFromBase64())));
    }

    [Theory]
    [InlineData("unix", ",")]
    [InlineData("windows", ",")]
    [InlineData("quoted", ",")]
    [InlineData("marked", ",")]
    [InlineData("unended", ",")]
    [InlineData("semicolon", ";")]
    public void Lines_of_csv_stringify_are_read_value_by_value(string text, string delimiter)
    {
        var stream = ForeignEvents.Load(
            $$"""{ "name": "readings", "schema": { "csv": { "delimiter": "{{delimiter}}" }, "json": "s.json" } }""", files => files.With("s.json", CsvSchema));

        var decoded = Decoded.Of(stream, null, ForeignEvents.Event(foreign.Csv.GetProperty("texts").GetProperty(text).GetBytesFromBase64()));

        var records = foreign.Csv.GetProperty("records").EnumerateArray().ToArray();
        Assert.True(decoded.Refused.Count == 0, decoded.Refused.FirstOrDefault()?.Fault.ToString());
        Assert.Equal(records.Length, decoded.Batch.RowCount);
        foreach (var (row, record) in records.Index())
        {
            Assert.All(record.EnumerateObject(), member => AssertSame(member.Value, decoded.Batch.Value(member.Name, row), member.Name));
        }
    }

    [Fact]
    public void A_required_field_of_proto2_must_be_there_and_may_be_empty()
    {
        var proto2 = foreign.Protobuf.GetProperty("proto2");
        var stream = ForeignEvents.Load(
            """{ "name": "readings", "schema": { "protobuf": "x.desc", "message": "contoso.Old" } }""", files => files.With("x.desc", proto2.GetProperty("descriptor").GetBytesFromBase64()));
        Decoded Of(params byte[] body) => Decoded.Of(stream, null, ForeignEvents.Event(body));
        var full = Of(proto2.GetProperty("full").GetBytesFromBase64());
        var empty = Of(proto2.GetProperty("empty").GetBytesFromBase64());

        Assert.Equal(("a", 1L, 7L), (full["id"], full["n"], full["part.k"]));
        Assert.Equal(("", null, null), (empty["id"], empty["n"], empty["part.k"]));
        Assert.False(stream.Columns.Single(c => c.Name == "id").Nullable);
        Assert.Equal((FaultCode.Schema, "The required field \"id\" is missing."), (Of(0x10, 1).Fault.Code, Of(0x10, 1).Fault.Detail));
        Assert.Equal((FaultCode.Schema, "The required field \"id\" is missing."), (Of().Fault.Code, Of().Fault.Detail));
        Assert.Equal("The required field \"k\" is missing.", Of(0x0a, 0, 0x1a, 0).Fault.Detail);
    }

    private byte[] Container(string codec) => foreign.Avro.GetProperty("containers").GetProperty(codec).GetBytesFromBase64();

    private static Ingest.Pipeline.Streams.StreamDefinition CloudEventStream() =>
        ForeignEvents.Load(ForeignEvents.CloudEventStream, files => files.With("s.json", ForeignEvents.CloudEventSchema));

    private static void AssertFirst(Decoded decoded, string priority, string urgent)
    {
        Assert.Equal((1L, "grüße ☃ \"quoted\""), (decoded["n"], decoded["s"]));
        Assert.Equal(("1.0", "a-1", "/meters/7"), (decoded["_ce_specversion"], decoded["_ce_id"], decoded["_ce_source"]));
        Assert.Equal(("com.contoso.reading", "küche", "blue"), (decoded["_ce_type"], decoded["_ce_subject"], decoded["_ce_tenant"]));
        Assert.Equal(("2026-11-23T06:00:00.123000", "application/json"), (decoded["_ce_time"], decoded["_ce_datacontenttype"]));
        var others = JsonNode.Parse((string)decoded["_ce_extensions"]!)!;
        Assert.Equal((priority, urgent), (others["priority"]!.ToJsonString(), others["urgent"]!.ToJsonString()));
    }

    private IEnumerable<byte[]> Data() => foreign.Avro.GetProperty("data").EnumerateArray().Select(d => d.GetBytesFromBase64());

    private void AssertAvro(Decoded decoded)
    {
        var records = foreign.Avro.GetProperty("records").EnumerateArray().ToArray();
        Assert.True(decoded.Refused.Count == 0, decoded.Refused.FirstOrDefault()?.Fault.ToString());
        Assert.Equal(records.Length, decoded.Batch.RowCount);
        for (var i = 0; i < records.Length; i++)
        {
            var (r, row) = (records[i], i);
            foreach (var name in new[] { "deviceId", "count", "small", "ratio", "single", "on", "note", "level", "kind", "uuid", "raw", "crc", "tags", "gaps" })
            {
                AssertSame(r.GetProperty(name), decoded.Batch.Value(name, row), name);
            }

            Assert.Equal(DateTime.UnixEpoch.AddMilliseconds(r.GetProperty("at").GetInt64()).ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture), decoded.Batch.Value("at", row));
            Assert.Equal(DateTime.UnixEpoch.AddTicks(r.GetProperty("atMicros").GetInt64() * 10).ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture), decoded.Batch.Value("atMicros", row));
            Assert.Equal(DateTime.UnixEpoch.AddDays(r.GetProperty("day").GetInt32()).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), decoded.Batch.Value("day", row));
            Assert.Equal(((i - 100) * 12.34m).ToString("F2", CultureInfo.InvariantCulture), decoded.Batch.Value("price", row));
            foreach (var name in new[] { "labels", "parts", "either" })
            {
                AssertJson(r.GetProperty(name), decoded.Batch.Value(name, row), name);
            }

            var place = r.GetProperty("place");
            AssertSame(Member(place, "lat"), decoded.Batch.Value("place.lat", row), "place.lat");
            AssertSame(Member(place, "name"), decoded.Batch.Value("place.name", row), "place.name");
        }
    }

    private void AssertProtobuf(Decoded decoded)
    {
        var records = foreign.Protobuf.GetProperty("records").EnumerateArray().ToArray();
        Assert.True(decoded.Refused.Count == 0, decoded.Refused.FirstOrDefault()?.Fault.ToString());
        Assert.Equal(records.Length, decoded.Batch.RowCount);
        for (var row = 0; row < records.Length; row++)
        {
            var r = records[row];
            foreach (var name in new[]
                {
                    "device_id", "count", "small", "zig", "positive", "f32", "sf64", "ratio", "single", "on", "raw", "kind", "packed", "loose", "tags",
                    "text", "number", "explicit",
                })
            {
                AssertSame(Member(r, name), decoded.Batch.Value(name, row), name);
            }

            AssertSame(Member(Member(r, "place"), "lat"), decoded.Batch.Value("place.lat", row), "place.lat");
            AssertSame(Member(Member(r, "place"), "name"), decoded.Batch.Value("place.name", row), "place.name");
            AssertSame(Member(Member(Member(r, "deep"), "inner"), "n"), decoded.Batch.Value("deep.inner.n", row), "deep.inner.n");
            AssertJson(Member(Member(Member(r, "deep"), "inner"), "back"), decoded.Batch.Value("deep.inner.back", row), "deep.inner.back");
            AssertSame(Member(Member(r, "maybe"), "value"), decoded.Batch.Value("maybe", row), "maybe");
            AssertJson(r.GetProperty("labels"), decoded.Batch.Value("labels", row), "labels");
            AssertJson(r.GetProperty("places"), decoded.Batch.Value("places", row), "places");
            var at = Member(r, "at");
            Assert.Equal(
                at.ValueKind == JsonValueKind.Undefined ? null
                    : DateTime.UnixEpoch.AddSeconds(at.GetProperty("seconds").GetInt64()).AddTicks(at.GetProperty("nanos").GetInt32() / 100)
                        .ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
                decoded.Batch.Value("at", row));
        }
    }

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    private static void AssertSame(JsonElement expected, object? found, string what)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                Assert.True(found is null, $"{what}: {found}");
                break;
            case JsonValueKind.Array:
                var items = (object?[])found!;
                Assert.Equal(expected.GetArrayLength(), items.Length);
                foreach (var (index, item) in expected.EnumerateArray().Index())
                {
                    AssertSame(item, items[index], what);
                }

                break;
            case JsonValueKind.String:
                Assert.Equal(expected.GetString(), found);
                break;
            case JsonValueKind.Number when found is long integer:
                Assert.Equal(expected.GetInt64(), integer);
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.GetDouble(), found);
                break;
            default:
                Assert.Equal(expected.GetBoolean(), found);
                break;
        }
    }

    private static void AssertJson(JsonElement expected, object? found, string what)
    {
        var isNull = expected.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        Assert.True(
            isNull ? found is null or "null" : JsonNode.DeepEquals(JsonNode.Parse(expected.GetRawText()), JsonNode.Parse((string)found!)), $"{what}: {expected} {found}");
    }

    private static AvroType Parse(string schema)
    {
        List<ConfigurationError> errors = [];
        var type = AvroSchemaParser.Parse(new SchemaSource("x.avsc", Encoding.UTF8.GetBytes(schema)), errors);
        Assert.Empty(errors);
        return type!;
    }
}
