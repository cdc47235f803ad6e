using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas;

/// <summary>What schemas that are put together become as columns.</summary>
public sealed class ComposedColumnTests
{
    private const string Base = """
        "$defs": {
          "base": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" }, "at": { "$ref": "#/$defs/place" } } },
          "place": { "type": "object", "properties": { "lat": { "type": "number", "minimum": -90 }, "lon": { "type": "number" } } },
          "tree": { "type": "object", "properties": { "name": { "type": "string" }, "children": { "type": "array", "items": { "$ref": "#/$defs/tree" } } } }
        }
        """;

    [Fact]
    public void Properties_behind_references_and_allOf_have_columns_of_their_own()
    {
        var schema = $$"""{"allOf":[{"$ref":"#/$defs/base"},{"properties":{"extra":{"type":"integer"},"at":{"type":"object","properties":{"lat":{"maximum":90},"alt":{"type":"number"} } } } }],"unevaluatedProperties":false,{{Base}} }""";
        var columns = Compiled.Schema(schema).Columns;
        Assert.Equal(["id", "at.lat", "at.lon", "at.alt", "extra", "_extra"], columns.Select(c => c.Name));
        Assert.Equal(
            [ColumnType.String, ColumnType.Double, ColumnType.Double, ColumnType.Double, ColumnType.Int64, ColumnType.Json], columns.Select(c => c.Type));
        Assert.Equal(["id"], columns.Where(c => !c.Nullable).Select(c => c.Name));
        Assert.Null(Compiled.Schema(schema).RecordRule);

        var record = Decoded.One(schema, """{"id":"a","at":{"lat":1.5,"alt":3},"extra":7}""");
        Assert.Equal(("a", 1.5, 3.0, 7L), (record["id"], record["at.lat"], record["at.alt"], record["extra"]));
        Assert.Equal("/at/lat", Decoded.One(schema, """{"id":"a","at":{"lat":91}}""").Fault.Path);
        Assert.Equal("/at/lat", Decoded.One(schema, """{"id":"a","at":{"lat":-91}}""").Fault.Path);
        Assert.Equal("/other", Decoded.One(schema, """{"id":"a","other":1}""").Fault.Path);
        Assert.Equal("", Decoded.One(schema, """{"extra":1}""").Fault.Path);
    }

    [Fact]
    public void A_closed_part_refuses_what_only_other_parts_name()
    {
        const string Schema = """{"allOf":[{"properties":{"a":{"type":"integer"}},"additionalProperties":false},{"properties":{"b":{"type":"integer"}}}]}""";
        Assert.Equal(["a"], Compiled.Schema(Schema).Columns.Select(c => c.Name));
        Assert.Equal(1L, Decoded.One(Schema, """{"a":1}""")["a"]);
        Assert.Equal("/b", Decoded.One(Schema, """{"b":1}""").Fault.Path);
    }

    [Fact]
    public void A_schema_inside_itself_stays_json_and_is_checked_to_its_end()
    {
        var schema = $$"""{"properties":{"root":{"$ref":"#/$defs/tree"} },"additionalProperties":false,{{Base}} }""";
        var columns = Compiled.Schema(schema).Columns;
        Assert.Equal([("root.name", ColumnType.String), ("root.children", ColumnType.Json), ("_extra", ColumnType.Json)], columns.Select(c => (c.Name, c.Type)));
        Assert.Equal("""[{"name":"x","children":[]}]""", Decoded.One(schema, """{"root":{"children":[{"name":"x","children":[]}]}}""")["root.children"]);
        Assert.Equal("/root/children/0/children/1/name", Decoded.One(schema, """{"root":{"children":[{"children":[{},{"name":5}]}]}}""").Fault.Path);
    }

    [Fact]
    public void What_only_an_alternative_names_goes_to_the_extras_and_is_checked()
    {
        const string Schema = """
            {"type":"object","properties":{"kind":{"type":"string"}},
             "oneOf":[{"properties":{"kind":{"const":"t"},"celsius":{"type":"number"}},"required":["celsius"]},
                      {"properties":{"kind":{"const":"p"},"bar":{"type":"number"}},"required":["bar"]}]}
            """;
        Assert.Equal(["kind", "_extra"], Compiled.Schema(Schema).Columns.Select(c => c.Name));
        Assert.Equal("""{"celsius":20.5}""", Decoded.One(Schema, """{"kind":"t","celsius":20.5}""")["_extra"]);
        var fault = Decoded.One(Schema, """{"kind":"t","bar":1}""").Fault;
        Assert.Equal((FaultCode.Schema, ""), (fault.Code, fault.Path));
        Assert.Contains("(schemas/test.json#/oneOf)", fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"b$"}]}""", ColumnType.String, "\"axb\"", "\"ax\"")]
    [InlineData("""{"allOf":[{"type":"string"},{"format":"date-time"}]}""", ColumnType.Timestamp, "\"2026-11-23T06:00:00Z\"", "\"2026\"")]
    [InlineData("""{"type":"integer","not":{"const":5}}""", ColumnType.Int64, "4", "5")]
    [InlineData("""{"allOf":[{"type":"number","minimum":1},{"maximum":2,"multipleOf":0.5}]}""", ColumnType.Double, "1.5", "1.7")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"contains":{"const":1}}""", ColumnType.Int64, "[2,1]", "[2]")]
    [InlineData("""{"type":"object","patternProperties":{"^n":{"type":"integer"}}}""", ColumnType.Json, "{\"n1\":1}", "{\"n1\":\"x\"}")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", ColumnType.Json, "{\"n1\":\"x\"}", "{\"n1\":1}")]
    public void A_column_keeps_its_type_whatever_else_is_asked_of_its_values(string schema, ColumnType type, string valid, string invalid)
    {
        var column = Compiled.Schema($$"""{"properties":{"v":{{schema}} },"additionalProperties":false}""").Columns.Single(c => c.Name == "v");
        Assert.Equal(type, column.Type);
        Assert.Equal(1, Decoded.Value(schema, valid).Batch.RowCount);
        Assert.StartsWith("/v", Decoded.Value(schema, invalid).Fault.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void References_that_fan_out_do_not_fan_out_into_columns_without_end()
    {
        var levels = string.Join(',', Enumerable.Range(0, 40).Select(i => $$"""
            "l{{i}}":{"type":"object","properties":{"a":{"$ref":"#/$defs/l{{i + 1}}"},"b":{"$ref":"#/$defs/l{{i + 1}}"} } }
            """));
        var schema = Compiled.Schema($$"""{"properties":{"r":{"$ref":"#/$defs/l0"} },"$defs":{ {{levels}},"l40":{"type":"string"} } }""");
        Assert.InRange(schema.Columns.Count, 2, 20_001);
    }
}
