using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Records;
using Ingest.Pipeline.Tests.Schemas;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Decoding;

public sealed class RecordDecoderTests
{
    private static readonly CompiledSchema Schema = Compiled.Schema(
        """{"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string"}},"required":["n"]}""");

    public static TheoryData<string, byte[], FaultCode> HostileBodies => new()
    {
        { "not JSON", "hello"u8.ToArray(), FaultCode.Malformed },
        { "trailing garbage", "{\"n\":1} x"u8.ToArray(), FaultCode.Malformed },
        { "two records", "{\"n\":1}{\"n\":2}"u8.ToArray(), FaultCode.Malformed },
        { "duplicate keys", "{\"n\":1,\"n\":1}"u8.ToArray(), FaultCode.Malformed },
        { "duplicate keys, one escaped", "{\"n\":1,\"\\u006e\":1}"u8.ToArray(), FaultCode.Malformed },
        { "duplicate keys that no schema names", "{\"n\":1,\"x\":{\"y\":1,\"z\":2,\"\\u0079\":3}}"u8.ToArray(), FaultCode.Malformed },
        { "NaN", "{\"n\":NaN}"u8.ToArray(), FaultCode.Malformed },
        { "a comment", "{\"n\":1/*x*/}"u8.ToArray(), FaultCode.Malformed },
        { "a trailing comma", "{\"n\":1,}"u8.ToArray(), FaultCode.Malformed },
        { "no colon", "{\"n\" 1}"u8.ToArray(), FaultCode.Malformed },
        { "an unquoted key", "{n:1}"u8.ToArray(), FaultCode.Malformed },
        { "invalid UTF-8", [.. "{\"n\":1,\"s\":\""u8, 0xff, 0xfe, .. "\"}"u8], FaultCode.Malformed },
        { "overlong UTF-8", [.. "{\"n\":1,\"s\":\""u8, 0xc0, 0xaf, .. "\"}"u8], FaultCode.Malformed },
        { "invalid UTF-8 in a key", [.. "{\"n\":1,\""u8, 0xff, .. "\":1}"u8], FaultCode.Malformed },
        { "UTF-16", Encoding.Unicode.GetBytes("{\"n\":1}"), FaultCode.Malformed },
        { "cut off", "{\"n\":1,\"s\":\"ab"u8.ToArray(), FaultCode.Malformed },
        { "cut off behind a brace", "{"u8.ToArray(), FaultCode.Malformed },
        { "depth 10,000 of arrays", Encoding.ASCII.GetBytes("{\"n\":1,\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}"), FaultCode.TooLarge },
        { "depth 10,000 of objects", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"n\":", 10_000)) + "1" + new string('}', 10_000)), FaultCode.Schema },
        { "depth 10,000 at the root", Encoding.ASCII.GetBytes(new string('[', 10_000)), FaultCode.Schema },
        { "not an object", "[{\"n\":1}]"u8.ToArray(), FaultCode.Schema },
        { "a missing property", "{\"s\":\"x\"}"u8.ToArray(), FaultCode.Schema },
        { "nothing", [], FaultCode.Empty },
        { "white space", " \r\n\t"u8.ToArray(), FaultCode.Empty },
        { "a byte order mark", [0xef, 0xbb, 0xbf], FaultCode.Empty },
        { "zero bytes", new byte[64], FaultCode.Malformed },
    };

    [Theory]
    [MemberData(nameof(HostileBodies))]
    public void A_hostile_body_costs_one_record_with_its_original_bytes_and_its_neighbours_are_unharmed(string what, byte[] body, FaultCode code)
    {
        var decoded = Decoded.Of(
            Schema, PayloadFormat.Json, null, Decoded.Event("""{"n":1,"s":"before"}""", 1), Decoded.Event(body, 2), Decoded.Event("""{"n":3,"s":"after"}""", 3));
        var refused = Assert.Single(decoded.Refused);
        Assert.True(refused.Fault.Code == code, $"{what}: {refused.Fault}");
        Assert.NotEmpty(refused.Fault.Detail);
        Assert.Equal((2L, 0, true, "test"), (refused.Event.SequenceNumber, refused.Index, refused.IsWholeEvent, refused.Stream));
        Assert.Equal(body, refused.Body.ToArray());
        Assert.Equal([(1L, 1L, "before"), (3L, 3L, "after")], Rows(decoded));
        Assert.Equal((0, 2), (decoded.Batch.SourceOf(0).EventOrdinal, decoded.Batch.SourceOf(1).EventOrdinal));
    }

    [Theory]
    [InlineData("""{"n":1,"x":{"a b":[0,{"c/d":"\ud800"}]}}""", "/x/a b/1/c~1d")]
    [InlineData("""{"n":1,"x":{"a":1,"a":2}}""", "/x/a")]
    [InlineData("""{"n":"1"}""", "/n")]
    [InlineData("""{"s":"x,{[","n":1.5}""", "/n")]
    [InlineData("""{"s":"x"}""", "")]
    [InlineData("""{"n":1,"ä\u0022":{"y":tru}}""", "/ä\"/y")]
    public void A_fault_names_the_place_of_the_offending_value(string record, string pointer) =>
        Assert.Equal(pointer, Decoded.Of(Schema, PayloadFormat.Json, null, Decoded.Event(record)).Fault.Path);

    [Fact]
    public void A_byte_order_mark_and_white_space_are_tolerated()
    {
        byte[] body = [0xef, 0xbb, 0xbf, .. "\r\n { \"n\" :\t1 , \"s\" : \"x\" } \n"u8];
        Assert.Equal(1L, Decoded.Of(Schema, PayloadFormat.Json, null, Decoded.Event(body))["n"]);
    }

    [Fact]
    public void Each_line_is_accepted_or_refused_by_itself()
    {
        var decoded = Decoded.Of(Schema, PayloadFormat.NdJson, null, Decoded.Event("{\"n\":1}\r\n\n  \n{\"n\":oops}\n{\"n\":3,\"s\":\"x\"}\n{\"n\":4", 7));
        Assert.Equal([(7L, 0L, 1L), (7L, 2L, 3L)], Indexed(decoded));
        Assert.Equal([(1, "{\"n\":oops}"), (3, "{\"n\":4")], Refusals(decoded));
        Assert.Equal("{\"n\":3,\"s\":\"x\"}", Encoding.UTF8.GetString(decoded.Batch.SourceOf(1).Bytes.Span));
        Assert.All(decoded.Refused, r => Assert.False(r.IsWholeEvent));
    }

    [Theory]
    [InlineData("\n\n \r\n", PayloadFormat.NdJson, FaultCode.Empty)]
    [InlineData("[ ]", PayloadFormat.JsonArray, FaultCode.Empty)]
    [InlineData("", PayloadFormat.JsonArray, FaultCode.Empty)]
    [InlineData("[] x", PayloadFormat.JsonArray, FaultCode.Malformed)]
    [InlineData("{\"n\":1}", PayloadFormat.JsonArray, FaultCode.Schema)]
    [InlineData("x", PayloadFormat.JsonArray, FaultCode.Malformed)]
    [InlineData("[", PayloadFormat.JsonArray, FaultCode.Malformed)]
    public void An_event_without_records_is_one_refused_event(string body, PayloadFormat format, FaultCode code)
    {
        var decoded = Decoded.Of(Schema, format, null, Decoded.Event(body));
        Assert.Equal(code, decoded.Fault.Code);
        Assert.True(decoded.Refused[0].IsWholeEvent);
        Assert.Equal(body, Encoding.UTF8.GetString(decoded.Refused[0].Body.Span));
    }

    [Theory]
    [InlineData("[{\"n\":1}, {\"n\":2} ]", "0 1", "")]
    [InlineData("[{\"n\":1},{\"n\":\"x\"},{\"n\":3}]", "0 2", "1:{\"n\":\"x\"}")]
    [InlineData("[{\"n\":1},{\"n\":NaN,\"s\":\"],[\"},{\"n\":3}]", "0 2", "1:{\"n\":NaN,\"s\":\"],[\"}")]
    [InlineData("[{\"n\":1},{\"n\":2,\"n\":2},{\"n\":3}]", "0 2", "1:{\"n\":2,\"n\":2}")]
    [InlineData("[1,{\"n\":2},null]", "1", "0:1|2:null")]
    [InlineData("[{\"n\":1} {\"n\":2},{\"n\":3}]", "1", "0:{\"n\":1} {\"n\":2}")]
    [InlineData("[{\"n\":1},{\"n:2},{\"n\":3}]", "0", "1:{\"n:2},{\"n\":3}]")]
    [InlineData("[{\"n\":1},{\"n\":2]},{\"n\":3}]", "0", "1:{\"n\":2]},{\"n\":3}]")]
    [InlineData("[{\"n\":1},{\"n\":'2'},{\"n\":3}]", "0", "1:{\"n\":'2'},{\"n\":3}]")]
    [InlineData("[{\"n\":1},{\"n\":2}", "0 1", "2:")]
    [InlineData("[{\"n\":1},{\"n\":2", "0", "1:{\"n\":2")]
    [InlineData("[{\"n\":1},]", "0", "1:]")]
    [InlineData("[{\"n\":1},,{\"n\":2}]", "0", "1:,{\"n\":2}]")]
    [InlineData("[{\"n\":1}] [{\"n\":2}]", "0", "1:[{\"n\":2}]")]
    [InlineData("[{\"n\":1},", "0", "1:")]
    public void A_broken_element_costs_itself_or_the_rest_but_nothing_is_lost(string body, string rows, string refused)
    {
        var decoded = Decoded.Of(Schema, PayloadFormat.JsonArray, null, Decoded.Event(body));
        Assert.Equal(rows, string.Join(' ', decoded.Batch.Index.Values.ToArray()));
        Assert.Equal(refused, string.Join('|', Refusals(decoded).Select(r => $"{r.Index}:{r.Text}")));
    }

    [Fact]
    public void An_element_nested_too_deeply_costs_only_itself()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);
        var decoded = Decoded.Of(Schema, PayloadFormat.JsonArray, null, Decoded.Event($$"""[{"n":1},{"n":2,"x":{{deep}} },{"n":3}]"""));
        Assert.Equal([0L, 2L], decoded.Batch.Index.Values.ToArray());
        Assert.Equal(FaultCode.TooLarge, Assert.Single(decoded.Refused).Fault.Code);
    }

    [Theory]
    [InlineData(PayloadFormat.NdJson, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n", "{\"n\":3}\n{\"n\":4}\n")]
    [InlineData(PayloadFormat.JsonArray, "[{\"n\":1},{\"n\":2},{\"n\":3},{\"n\":4}]", "{\"n\":3},{\"n\":4}]")]
    public void Records_beyond_the_limit_are_refused_together(PayloadFormat format, string body, string rest)
    {
        var decoded = Decoded.Of(Schema, format, new DecodingOptions { MaxRecordsPerEvent = 2 }, Decoded.Event(body));
        Assert.Equal([0L, 1L], decoded.Batch.Index.Values.ToArray());
        var refused = Assert.Single(decoded.Refused);
        Assert.Equal((FaultCode.TooLarge, 2, rest), (refused.Fault.Code, refused.Index, Encoding.UTF8.GetString(refused.Body.Span)));
    }

    [Theory]
    [InlineData(5, 4, true)]
    [InlineData(5, 5, false)]
    public void Depth_is_limited(int limit, int arrays, bool isAccepted)
    {
        var body = $$"""{"n":1,"x":{{new string('[', arrays)}}{{new string(']', arrays)}} }""";
        var decoded = Decoded.Of(Schema, PayloadFormat.Json, new DecodingOptions { MaxDepth = limit }, Decoded.Event(body));
        Assert.Equal(isAccepted ? 1 : 0, decoded.Batch.RowCount);
    }

    [Theory]
    [InlineData("""{"n":1,"s":"12345678901"}""")]
    [InlineData("""{"n":1,"x":["12345678901"]}""")]
    [InlineData("""{"n":1,"12345678901":1}""")]
    public void The_length_of_a_string_is_limited(string body)
    {
        var options = new DecodingOptions { MaxStringBytes = 10 };
        Assert.Equal(FaultCode.TooLarge, Decoded.Of(Schema, PayloadFormat.Json, options, Decoded.Event(body)).Fault.Code);
        Assert.Equal(1, Decoded.Of(Schema, PayloadFormat.Json, options, Decoded.Event(body.Replace("12345678901", "1234567890", StringComparison.Ordinal))).Batch.RowCount);
    }

    [Fact]
    public void The_size_of_a_body_is_limited()
    {
        var decoded = Decoded.Of(Schema, PayloadFormat.Json, new DecodingOptions { MaxDecompressedBytes = 1024 }, Decoded.Event($$"""{"n":1,"s":"{{new string('x', 1024)}}"}"""));
        Assert.Equal(FaultCode.TooLarge, decoded.Fault.Code);
    }

    [Fact]
    public void Very_many_unknown_keys_are_kept_and_a_duplicate_among_them_is_found()
    {
        var keys = string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"k{i}\":{i}"));
        Assert.Equal(1L, Decoded.Of(Schema, PayloadFormat.Json, null, Decoded.Event($$"""{"n":1,{{keys}}}"""))["n"]);
        var fault = Decoded.Of(Schema, PayloadFormat.Json, null, Decoded.Event($$"""{"n":1,{{keys}},"k17":0}""")).Fault;
        Assert.Equal((FaultCode.Malformed, "/k17"), (fault.Code, fault.Path));
    }

    [Fact]
    public void A_batch_of_another_stream_is_a_mistake_of_the_caller()
    {
        using var decoder = new RecordDecoder("test", PayloadFormat.Json, Schema, new DecodingOptions());
        Assert.Throws<ArgumentException>(() => decoder.Decode(Decoded.Event("""{"n":1}"""), 0, new RecordBatch("other", "0", []), []));
    }

    [Fact]
    public void A_good_record_allocates_nothing()
    {
        using var decoder = new RecordDecoder("test", PayloadFormat.Json, Schema, new DecodingOptions());
        var batch = new RecordBatch("test", "0", Schema.Columns);
        var e = Decoded.Event("""{"n":1,"s":"some text","x":[1,2,{"y":null}]}""");
        List<QuarantinedRecord> refused = [];
        Run();
        Measured.Allocates(0, () =>
        {
            batch.Clear();
            Run();
        });
        Assert.Equal(1000, batch.RowCount);

        void Run()
        {
            for (var i = 0; i < 1000; i++)
            {
                decoder.Decode(e, i, batch, refused);
            }
        }
    }

    [Fact]
    public void Decoders_of_a_pool_can_be_used_side_by_side()
    {
        var pool = new RecordDecoderPool("test", new PayloadDefinition(PayloadFormat.Json, Schema), new DecodingOptions());
        var first = pool.Rent();
        var second = pool.Rent();
        Assert.NotSame(first, second);
        pool.Return(first);
        Assert.Same(first, pool.Rent());
    }

    private static (long Sequence, long N, string? S)[] Rows(Decoded decoded) =>
        [.. Enumerable.Range(0, decoded.Batch.RowCount).Select(i => (decoded.Batch.Sequence.Values[i], (long)decoded.Batch.Value("n", i)!, (string?)decoded.Batch.Value("s", i)))];

    private static (long Sequence, long Index, long N)[] Indexed(Decoded decoded) =>
        [.. Enumerable.Range(0, decoded.Batch.RowCount).Select(i => (decoded.Batch.Sequence.Values[i], decoded.Batch.Index.Values[i], (long)decoded.Batch.Value("n", i)!))];

    private static (int Index, string Text)[] Refusals(Decoded decoded) => [.. decoded.Refused.Select(r => (r.Index, Encoding.UTF8.GetString(r.Body.Span)))];
}
