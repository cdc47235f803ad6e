using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class SchemaErrorTests
{
    [Fact]
    public void Every_mistake_is_reported_at_once_with_line_and_pointer()
    {
        const string Schema = """
            {
              "type": "object",
              "properties": {
                "temperature": { "type": "number", "minimun": 0 },
                "status": { "type": "strng", "maxLength": -1 },
                "when": { "type": "string", "format": "datetime" },
                "tags": { "type": "array", "items": { "oneOf": [] } },
                "code": { "pattern": "[a-" },
                "none": 5
              },
              "required": ["temprature", 7],
              "additionalProperties": { "$ref": "#/$defs/txt" }
            }
            """;
        var errors = Compiled.Errors(Schema);
        Assert.Equal(
            [
                (4, "/properties/temperature/minimun"),
                (5, "/properties/status/maxLength"),
                (5, "/properties/status/type"),
                (6, "/properties/when/format"),
                (7, "/properties/tags/items/oneOf"),
                (8, "/properties/code/pattern"),
                (9, "/properties/none"),
                (11, "/required"),
                (12, "/additionalProperties/$ref"),
            ],
            errors.OrderBy(e => e.Line).ThenBy(e => e.Pointer, StringComparer.Ordinal).Select(e => (e.Line, e.Pointer)));
        Assert.All(errors, e => Assert.Equal("schemas/test.json", e.File));
    }

    [Theory]
    [InlineData("""{"minimun":0}""", "Did you mean \"minimum\"?")]
    [InlineData("""{"additonalProperties":false}""", "Did you mean \"additionalProperties\"?")]
    [InlineData("""{"Type":"string"}""", "Did you mean \"type\"?")]
    [InlineData("""{"type":"interger"}""", "Did you mean \"integer\"?")]
    [InlineData("""{"format":"datetime"}""", "Did you mean \"date-time\"?")]
    [InlineData("""{"format":"e-mail"}""", "Did you mean \"email\"?")]
    [InlineData("""{"$ref":"#/x"}""", "leads nowhere: there is no /x in schemas/test.json")]
    [InlineData("""{"$ref":"#nmae","$defs":{"x":{"$anchor":"name"}}}""", "Did you mean \"name\"?")]
    [InlineData("""{"$ref":"https://example.com/absent.json"}""", "there is no schema https://example.com/absent.json")]
    [InlineData("""{"$ref":5}""", "$ref is a URI reference")]
    [InlineData("""{"$ref":"#"}""", "that never ends")]
    [InlineData("""{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"$ref":"#/$defs/y"},"y":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/x"}]}}}""", "that never ends")]
    [InlineData("""{"allOf":[{"$dynamicRef":"#me"}],"$dynamicAnchor":"me"}""", "that never ends")]
    [InlineData("""{"dependentSchemas":{"a":{"$ref":"#"}}}""", "that never ends")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""", "is not supported; write the schema in https://json-schema.org/draft/2020-12/schema")]
    [InlineData("""{"$schema":"https://example.com/mine"}""", "There is no meta-schema https://example.com/mine")]
    [InlineData("""{"items":[{"type":"string"}]}""", "prefixItems")]
    [InlineData("""{"$defs":{"x":{"$id":"https://example.com/x"},"y":{"$id":"https://example.com/x"}}}""", "Two schemas have the $id https://example.com/x")]
    [InlineData("""{"$defs":{"x":{"$anchor":"a"},"y":{"$anchor":"a"}}}""", "Two schemas have the anchor \"a\"")]
    [InlineData("""{"$anchor":"1a"}""", "beginning with a letter")]
    [InlineData("""{"$id":"https://example.com/x#y"}""", "has no fragment")]
    [InlineData("""{"$defs":{"unused":{"typ":"string"}}}""", "Did you mean \"type\"?")]
    [InlineData("""{"anyOf":[]}""", "anyOf is an array of at least one schema")]
    [InlineData("""{"multipleOf":0}""", "multipleOf is a number above 0")]
    [InlineData("""{"minItems":-1}""", "minItems is a whole number from 0 on")]
    [InlineData("""{"uniqueItems":1}""", "uniqueItems is true or false")]
    [InlineData("""{"patternProperties":{"[a-":true}}""", "The pattern cannot be used")]
    [InlineData("""{"dependentRequired":{"a":["b","b"]}}""", "names \"b\" twice")]
    [InlineData("""{"x":1,"x":2}""", "occurs twice")]
    [InlineData("""{"properties":{"temperature":true},"required":["temprature"],"additionalProperties":false}""", "Did you mean \"temperature\"?")]
    [InlineData("""{"type":[]}""", "array of such names")]
    [InlineData("""{"type":["string","string"]}""", "twice")]
    [InlineData("""{"type":"string"}""", "A record is an object")]
    [InlineData("false", "A record is an object")]
    [InlineData("3", "A schema is an object, true or false.")]
    [InlineData("""{"enum":[]}""", "at least one value")]
    [InlineData("""{"minimum":"1"}""", "minimum is a number")]
    [InlineData("""{"minLength":1.5}""", "whole number")]
    [InlineData("""{"pattern":"\\A"}""", "ECMA-262")]
    [InlineData("""{"pattern":"(?i)a"}""", "ECMA-262")]
    [InlineData("""{"properties":{"a.b":true,"a":{"type":"object","properties":{"b":true}}}}""", "Two properties become the column \"a.b\"")]
    [InlineData("""{"properties":{"_id":true}}""", "reserved")]
    public void A_mistake_is_explained(string schema, string message)
    {
        var errors = Compiled.Errors(schema);
        Assert.Contains(errors, e => e.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_json_is_one_error_with_its_line()
    {
        var error = Assert.Single(Compiled.Errors("{\n  \"type\": \"object\",\n  oops\n}"));
        Assert.Equal(3, error.Line);
        Assert.Equal(2, Assert.Single(Compiled.Errors("{}\n{}")).Line);
        Assert.Single(Compiled.Errors(""));
        Assert.Single(Compiled.Errors("{\"a\":\"\\ud800\"}"));
    }

    [Fact]
    public void A_pattern_that_takes_too_long_for_the_name_of_a_property_is_an_error_and_not_ignored()
    {
        var name = new string('a', 60);
        var error = Assert.Single(Compiled.Errors($$$"""{"properties":{"{{{name}}}":{"type":"string"}},"patternProperties":{"^(a+)+(?=b)$":{"maxLength":1} } }"""));
        Assert.Contains("pattern-timeout", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_meta_schema_that_cannot_be_read_is_an_error()
    {
        List<ConfigurationError> errors = [];
        var source = new SchemaSource("test.json", """{"$schema":"https://a.test/dialect","type":"object"}"""u8.ToArray());
        SchemaCompiler.Compile(source, new SchemaOptions { Resolver = new Unreadable() }, errors);
        Assert.Contains("The meta-schema https://a.test/dialect cannot be read: no access", errors[0].Message, StringComparison.Ordinal);
    }

    private sealed class Unreadable : ISchemaResolver
    {
        public SchemaSource? Resolve(string uri) => throw new IOException("no access");
    }

    [Theory]
    [InlineData("/tim", null, null, "Did you mean \"/time\"?")]
    [InlineData("time", null, null, "not a JSON Pointer")]
    [InlineData(null, "/nested", null, "The stream's id must be a string or an integer")]
    [InlineData(null, "/ratio", null, "The stream's id must be a string or an integer")]
    [InlineData(null, null, "/list", "The stream's key must be a scalar")]
    [InlineData("/flag", null, null, "The stream's time must be a string or a number")]
    public void A_binding_that_does_not_fit_the_schema_is_explained(string? time, string? id, string? key, string message)
    {
        const string Schema = """
            {"properties":{"time":{"type":"string"},"nested":{"type":"object","properties":{"x":true}},"ratio":{"type":"number"},"flag":{"type":"boolean"},
             "list":{"type":"array","items":{"type":"string"}}}}
            """;
        var format = time is null ? null : new TimeFormat(time, TimeKind.Rfc3339, null, TimeZoneInfo.Utc, null, null);
        Assert.Contains(message, Assert.Single(Compiled.Errors(Schema, format, id, key)).Message, StringComparison.Ordinal);
    }
}
