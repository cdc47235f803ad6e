using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>References, names and vocabularies (core, section 8).</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("""{"$ref":"#/$defs/n","maximum":5,"$defs":{"n":{"type":"integer"}}}""", "5", "6 | 1.5 | \"x\"")]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}""", """{"next":{"next":{}}} | {"next":1}""", """{"next":{"next":{"last":1}}}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"items":{"$ref":"#/$defs/b"}},"b":{"type":"array","contains":{"$ref":"#/$defs/a"},"minContains":0}}}""", "[[[[]]]] | 1", "[[],1]")]
    [InlineData("""{"allOf":[{"$ref":"#/$defs/n"},{"$ref":"#/$defs/n"}],"properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"not":{"type":"string"}}}}""", """{"a":1}""", """{"a":"x"} | "x" """)]
    [InlineData("""{"anyOf":[{"const":{"$id":"n","type":"null"}},{"$ref":"n"}],"$defs":{"n":{"$id":"n","type":"integer"}}}""", """1 | {"type":"null","$id":"n"}""", "null")]
    [InlineData("""{"anyOf":[{"enum":[{"$anchor":"n","type":"null"}]},{"$ref":"#n"}],"$defs":{"n":{"$anchor":"n","type":"integer"}}}""", """1 | {"$anchor":"n","type":"null"}""", "null")]
    [InlineData("""{"const":{"$ref":"#/$defs/nowhere"}}""", """{"$ref":"#/$defs/nowhere"}""", "1")]
    [InlineData("""{"properties":{"$ref":{"type":"integer"},"$id":true}}""", """{"$ref":1,"$id":2}""", """{"$ref":"#"}""")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","$vocabulary":{"https://a.test/unknown":true},"type":"null"}""", "null", "1")]
    public void References_and_names_mean_schemas(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);

    [Theory]
    [InlineData("#/allOf/1", true)]
    [InlineData("#/allOf/01", false)]
    [InlineData("#/allOf/2", false)]
    [InlineData("#/allOf/-1", false)]
    [InlineData("#/allOf/-", false)]
    public void An_index_has_no_leading_zero(string reference, bool leadsSomewhere)
    {
        List<ConfigurationError> errors = [];
        var schema = Encoding.UTF8.GetBytes($$"""{"allOf":[true,{"type":"object"}],"properties":{"a":{"$ref":"{{reference}}"} } }""");
        Assert.Equal(leadsSomewhere, SchemaCompiler.Compile(new SchemaSource("test.json", schema), new SchemaOptions(), errors) is not null);
        Assert.Equal(leadsSomewhere, errors.Count == 0);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"not":{"$ref":"#"}}}}""")]
    [InlineData("""{"dependentSchemas":{"a":{"$ref":"#"}}}""")]
    [InlineData("""{"$dynamicAnchor":"n","allOf":[{"$dynamicRef":"#n"}]}""")]
    public void A_schema_that_applies_itself_to_the_same_value_is_refused(string schema)
    {
        List<ConfigurationError> errors = [];
        Assert.Null(SchemaCompiler.Compile(new SchemaSource("test.json", Encoding.UTF8.GetBytes(schema)), new SchemaOptions(), errors));
        Assert.Contains("never ends", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"applicator\":true", "{\"a\":\"long\"} | \"not-a-date\"", "{\"b\":1}")]
    [InlineData("\"applicator\":true,\"validation\":false", "{\"a\":\"s\"} | \"not-a-date\"", "{\"a\":\"long\"}")]
    [InlineData("\"validation\":true", "{\"a\":\"long\"} | {\"b\":1}", "12")]
    [InlineData("\"format-assertion\":true", "12 | {\"b\":1} | \"2026-11-26\"", "\"not-a-date\"")]
    [InlineData("\"format-assertion\":false", "12 | \"2026-11-26\"", "\"not-a-date\"")]
    [InlineData("\"format-annotation\":true", "12 | \"not-a-date\"", "")]
    [InlineData("\"https://a.test/unknown\":false", "12 | \"not-a-date\" | {\"b\":1}", "")]
    public void A_keyword_means_something_where_its_vocabulary_is_used(string vocabularies, string valid, string invalid)
    {
        var list = vocabularies.Split(',').Select(v => v.Contains("://", StringComparison.Ordinal) ? v : $"\"https://json-schema.org/draft/2020-12/vocab/{v[1..]}");
        var dialect = $$"""{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://a.test/dialect","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,{{string.Join(',', list)}} } }""";
        const string Schema = """{"$schema":"https://a.test/dialect","properties":{"a":{"maxLength":1},"b":false},"maximum":10,"format":"date"}""";
        Verdicts.Check(Schema, valid, invalid, new SchemaOptions { AssertFormats = false, Resolver = new OneDialect(dialect) });
    }

    private sealed class OneDialect(string text) : ISchemaResolver
    {
        public SchemaSource? Resolve(string uri) => uri == "https://a.test/dialect" ? new SchemaSource("dialect.json", Encoding.UTF8.GetBytes(text)) : null;
    }
}
