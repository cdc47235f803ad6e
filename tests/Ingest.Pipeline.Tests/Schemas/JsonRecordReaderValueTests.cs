using Ingest.Pipeline.Events;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class JsonRecordReaderValueTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("1.0", 1L)]
    [InlineData("1e2", 100L)]
    [InlineData("1.5e1", 15L)]
    [InlineData("10e-1", 1L)]
    [InlineData("-1.50E+2", -150L)]
    [InlineData("0e999999999999999999999", 0L)]
    [InlineData("0.000", 0L)]
    [InlineData("100000000000000000000000e-20", 1000L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775807.000", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("922337203685477580.7e1", long.MaxValue)]
    [InlineData("999999999999999999", 999999999999999999L)]
    public void An_integer_is_exact_however_it_is_written(string json, long expected) =>
        Assert.Equal(expected, Decoded.Value("""{"type":"integer"}""", json)["v"]);

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("1e19")]
    [InlineData("1e400")]
    [InlineData("1e999999999999999999999")]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("1e-999999999999999999999")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public void What_is_no_64_bit_integer_is_refused_by_the_schema(string json)
    {
        var fault = Decoded.Value("""{"type":"integer"}""", json).Fault;
        Assert.Equal((FaultCode.Schema, FaultStage.Validate, "/v"), (fault.Code, fault.Stage, fault.Path));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("21.5")]
    [InlineData("0.1")]
    [InlineData("123456789012345.5")]
    [InlineData("9007199254740993")]
    [InlineData("9007199254740991.5")]
    [InlineData("1e22")]
    [InlineData("1e23")]
    [InlineData("5e-324")]
    [InlineData("2.2250738585072011e-308")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("0.30000000000000004")]
    [InlineData("179769313486231570000000000000000000000")]
    [InlineData("0.0000000000000000000000000000000000001")]
    [InlineData("1e-400")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("18446744073709551616.5")]
    public void A_number_becomes_the_nearest_double(string json)
    {
        var expected = double.Parse(json, System.Globalization.CultureInfo.InvariantCulture);
        var actual = Assert.IsType<double>(Decoded.Value("""{"type":"number"}""", json)["v"]);
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
    }

    [Fact]
    public void A_number_beyond_a_double_is_refused_by_the_schema() =>
        Assert.Equal(FaultCode.Schema, Decoded.Value("""{"type":"number"}""", "1e309").Fault.Code);

    [Theory]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("tru")]
    [InlineData("nul")]
    [InlineData("'a'")]
    public void What_is_no_json_value_is_malformed_whatever_type_was_expected(string json)
    {
        foreach (var schema in new[] { "integer", "number", "boolean", "string", "array", "object" })
        {
            Assert.Equal(FaultCode.Malformed, Decoded.Value($$"""{"type":["{{schema}}","null"]}""", json).Fault.Code);
        }

        Assert.Equal(FaultCode.Malformed, Decoded.Value("true", json).Fault.Code);
    }

    [Theory]
    [InlineData("0x10")]
    [InlineData("1 2")]
    [InlineData("1a")]
    [InlineData("1.0.0")]
    public void Garbage_behind_a_number_is_malformed(string json)
    {
        Assert.Equal(FaultCode.Malformed, Decoded.Value("""{"type":"integer"}""", json).Fault.Code);
        Assert.Equal(FaultCode.Malformed, Decoded.Value("""{"type":"number"}""", json).Fault.Code);
        Assert.Equal(FaultCode.Malformed, Decoded.Value("true", json).Fault.Code);
    }

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"plain text that is longer than one vector\"", "plain text that is longer than one vector")]
    [InlineData("\"Zürich → 東京 😀\"", "Zürich → 東京 😀")]
    [InlineData("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz")]
    [InlineData("\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"", "Aä€😀")]
    [InlineData("\"\\u0000\"", "\0")]
    public void A_string_is_unescaped(string json, string expected) => Assert.Equal(expected, Decoded.Value("""{"type":"string"}""", json)["v"]);

    [Theory]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ude00\"")]
    [InlineData("\"\\ud83dx\"")]
    [InlineData("\"\\ud83d\\u0041\"")]
    public void Half_a_surrogate_pair_is_refused_by_the_schema(string json)
    {
        Assert.Equal(FaultCode.Schema, Decoded.Value("""{"type":"string"}""", json).Fault.Code);
        Assert.Equal(FaultCode.Schema, Decoded.Value("true", json).Fault.Code);
    }

    [Theory]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"a")]
    public void A_broken_string_is_malformed(string json) => Assert.Equal(FaultCode.Malformed, Decoded.Value("""{"type":"string"}""", json).Fault.Code);

    [Theory]
    [InlineData("{\"type\":[\"integer\",\"null\"]}")]
    [InlineData("{\"type\":[\"number\",\"null\"]}")]
    [InlineData("{\"type\":[\"string\",\"null\"]}")]
    [InlineData("{\"type\":[\"boolean\",\"null\"]}")]
    [InlineData("{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"string\"}}")]
    [InlineData("{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}")]
    [InlineData("{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}")]
    [InlineData("true")]
    public void A_null_that_the_schema_allows_is_null_in_the_column(string schema) => Assert.Null(Decoded.Value(schema, "null")["v"]);

    [Fact]
    public void A_property_that_is_not_required_may_be_missing()
    {
        var decoded = Decoded.One("""{"properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"string"}},"c":{"type":"object","properties":{"d":{"type":"boolean"}}}}}""", "{}");
        Assert.Equal([null, null, null, null], decoded.Batch.Columns.Select(c => decoded[c.Definition.Name]));
    }

    [Fact]
    public void Lists_keep_their_elements_and_nulls()
    {
        Assert.Equal(new object?[] { "a", null, "ü" }, Decoded.Value("""{"type":"array","items":{"type":["string","null"]}}""", "[ \"a\" , null, \"\\u00fc\" ]")["v"]);
        Assert.Equal(new object?[] { 1.5, 2.0 }, Decoded.Value("""{"type":"array","items":{"type":"number"}}""", "[1.5,2]")["v"]);
        Assert.Equal(Array.Empty<object?>(), Decoded.Value("""{"type":"array","items":{"type":"number"}}""", "[]")["v"]);
    }

    [Fact]
    public void A_fault_in_a_list_names_the_element()
    {
        var fault = Decoded.Value("""{"type":"array","items":{"type":"integer"}}""", "[1,2,\"x\"]").Fault;
        Assert.Equal((FaultCode.Schema, "/v/2"), (fault.Code, fault.Path));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("{\"type\":\"object\"}")]
    [InlineData("{\"type\":[\"object\",\"array\"]}")]
    public void What_is_open_ended_is_kept_as_its_text(string schema)
    {
        const string Json = """{ "b":[1, 2.50 ,{"c":null}],"ä/~":"\u00e4" }""";
        Assert.Equal(Json, Decoded.Value(schema, Json)["v"]);
    }

    [Fact]
    public void Nested_objects_become_dotted_columns()
    {
        const string Schema = """
            {"type":"object","properties":{"location":{"type":"object","properties":{"lat":{"type":"number"},"at":{"type":"object","properties":{"day":{"type":"string","format":"date"}}}}}}}
            """;
        var decoded = Decoded.One(Schema, """{"location":{"at":{"day":"2026-11-23"},"lat":47.5}}""");
        Assert.Equal((47.5, "2026-11-23"), (decoded["location.lat"], decoded["location.at.day"]));
    }
}
