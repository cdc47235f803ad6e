using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class SchemaColumnTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", ColumnType.Int64, false)]
    [InlineData("""{"type":"number"}""", ColumnType.Double, false)]
    [InlineData("""{"type":["number","null"]}""", ColumnType.Double, false)]
    [InlineData("""{"type":["integer","number"]}""", ColumnType.Double, false)]
    [InlineData("""{"type":"boolean"}""", ColumnType.Boolean, false)]
    [InlineData("""{"type":"string"}""", ColumnType.String, false)]
    [InlineData("""{"type":"string","format":"date-time"}""", ColumnType.Timestamp, false)]
    [InlineData("""{"type":"string","format":"date"}""", ColumnType.Date, false)]
    [InlineData("""{"type":"string","format":"uuid"}""", ColumnType.Uuid, false)]
    [InlineData("""{"enum":["a","b"]}""", ColumnType.String, false)]
    [InlineData("""{"const":5}""", ColumnType.Int64, false)]
    [InlineData("""{"enum":["a",1]}""", ColumnType.Json, false)]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", ColumnType.String, true)]
    [InlineData("""{"type":"array","items":{"type":"string","format":"date"}}""", ColumnType.Date, true)]
    [InlineData("""{"type":"array"}""", ColumnType.Json, false)]
    [InlineData("""{"type":"array","items":{"type":"object"}}""", ColumnType.Json, false)]
    [InlineData("""{"type":"array","items":{"type":"array","items":{"type":"integer"}}}""", ColumnType.Json, false)]
    [InlineData("""{"type":"object"}""", ColumnType.Json, false)]
    [InlineData("""{"type":["string","integer"]}""", ColumnType.Json, false)]
    [InlineData("""{"minimum":1}""", ColumnType.Json, false)]
    [InlineData("true", ColumnType.Json, false)]
    public void A_schema_decides_the_column(string schema, ColumnType type, bool isList)
    {
        var columns = Compiled.Schema($$"""{"additionalProperties":false,"properties":{"v":{{schema}} } }""").Columns;
        Assert.Equal(new ColumnDefinition("v", type, isList), Assert.Single(columns));
    }

    [Fact]
    public void A_column_has_no_nulls_where_the_schema_requires_a_value_at_every_level()
    {
        const string Schema = """
            {"required":["a","b","o"],"properties":{"a":{"type":"integer"},"b":{"type":["integer","null"]},"c":{"type":"integer"},
             "o":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"},"y":{"type":"integer"}}},
             "p":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}}}}}
            """;
        var columns = Compiled.Schema(Schema).Columns;
        Assert.Equal(["a", "o.x"], columns.Where(c => !c.Nullable).Select(c => c.Name));
    }

    [Fact]
    public void Properties_that_the_schema_does_not_name_are_kept_nested_as_they_were()
    {
        const string Schema = """
            {"properties":{"a":{"type":"integer"},"o":{"type":"object","properties":{"p":{"type":"object","properties":{"x":{"type":"integer"}}},"q":{"type":"object","properties":{"y":{"type":"integer"}}}}}}}
            """;
        var decoded = Decoded.One(Schema, """{"n" : [1, 2],"o":{"p":{"x":1,"z\u0022":"\u00e4"},"q":{"y":2},"w":null},"a":3,"m":{}}""");
        Assert.Equal("""{"n" : [1, 2],"o":{"p":{"z\u0022":"\u00e4"},"w":null},"m":{}}""", decoded["_extra"]);
        Assert.Equal((3L, 1L, 2L), (decoded["a"], decoded["o.p.x"], decoded["o.q.y"]));
    }

    [Fact]
    public void Nothing_extra_is_null()
    {
        var decoded = Decoded.One("""{"properties":{"a":{"type":"integer"}}}""", """{"a":3}""");
        Assert.Null(decoded["_extra"]);
    }

    [Fact]
    public void There_is_no_column_for_extras_where_none_are_allowed() =>
        Assert.Equal(["a"], Compiled.Schema("""{"properties":{"a":{"type":"integer"}},"additionalProperties":false}""").Columns.Select(c => c.Name));

    [Fact]
    public void A_schema_without_properties_keeps_the_whole_record()
    {
        Assert.Equal("""{"a":1}""", Decoded.One("true", """ {"a":1} """)["_extra"]);
        Assert.Equal("""{"a":1}""", Decoded.One("{}", """{"a":1}""")["_extra"]);
        Assert.Equal("""{"a":1}""", Decoded.Of(new CompiledSchema(), PayloadFormat.Json, null, Decoded.Event("""{"a":1}"""))["_extra"]);
    }

    [Fact]
    public void Only_required_names_a_property_that_goes_to_the_extras()
    {
        const string Schema = """{"required":["x"],"properties":{"a":{"type":"integer"}}}""";
        Assert.Equal("""{"x":5}""", Decoded.One(Schema, """{"x":5}""")["_extra"]);
        Assert.Contains("\"x\"", Decoded.One(Schema, """{"a":5}""").Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Pointers_find_their_columns()
    {
        var schema = Compiled.Schema(
            """{"properties":{"a/b":{"type":"string"},"o":{"type":"object","properties":{"x~":{"type":"integer"},"t":{"type":"integer"}}}}}""",
            new TimeFormat("/o/t", TimeKind.UnixSeconds, null, TimeZoneInfo.Utc, null, null),
            id: "/a~1b",
            key: "/o/x~0");
        Assert.Equal(("a/b", "o.x~", "o.t"), (schema.IdColumn, schema.KeyColumn, schema.TimeColumn));
        Assert.Equal("o.x~", schema.FindColumn("/o/x~0"));
        Assert.Null(schema.FindColumn("/o"));
        Assert.Equal(ColumnType.Timestamp, schema.Columns.Single(c => c.Name == "o.t").Type);
    }
}
