namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>Keywords for properties (core, sections 10.2.2.4 and 10.3.2; validation, 6.5).</summary>
public sealed class ObjectKeywordTests
{
    [Theory]
    [InlineData("""{"propertyNames":true}""", """{"a":1} | {}""", "")]
    [InlineData("""{"propertyNames":false}""", "{} | [1] | \"a\" | 1", """{"a":1}""")]
    [InlineData("""{"propertyNames":{"type":"number"}}""", "{}", """{"1":1}""")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"a":1,"😀":2,"\ud83d\ude01":3,"\u0062":4}""", """{"\u0061b":1} | {"e\u0301":1}""")]
    [InlineData("""{"propertyNames":{"enum":["on","é"]},"properties":{"on":{"type":"integer"}}}""", """{"on":1,"\u00e9":2}""", """{"on":"x"} | {"off":1}""")]
    [InlineData("""{"propertyNames":{"anyOf":[{"$ref":"#/$defs/x"},{"format":"date"}]},"$defs":{"x":{"pattern":"^x-"}}}""", """{"x-1":1,"2026-11-26":2}""", """{"2026-11-31":1}""")]
    [InlineData("""{"propertyNames":{"maxLength":3},"unevaluatedProperties":false}""", "{}", """{"a":1}""")]
    public void Names_are_strings_to_a_schema(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);

    [Theory]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{} | {"b":1} | {"a":1,"b":2} | ["a"] | "a" """, """{"a":1} | {"a":null}""")]
    [InlineData("""{"dependentSchemas":{"a":true,"b":false}}""", """{} | {"a":1}""", """{"b":1} | {"a":1,"b":2}""")]
    [InlineData("""{"dependentSchemas":{"\u00e9\t\"":{"maxProperties":1}}}""", """{"é\t\"":1} | {"é":1,"a":2}""", """{"é\t\"":1,"a":2} | {"\u00e9\u0009\u0022":1,"a":2}""")]
    [InlineData("""{"properties":{"a":true},"dependentSchemas":{"a":{"properties":{"b":true},"additionalProperties":false}}}""", """{"c":1} | {"b":1}""", """{"a":1} | {"a":1,"b":2}""")]
    [InlineData("""{"properties":{"a":true},"dependentSchemas":{"a":{"properties":{"b":true}},"c":true},"unevaluatedProperties":false}""", """{"a":1,"b":2} | {"a":1}""", """{"b":2} | {"c":1}""")]
    public void Schemas_depend_on_properties(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);

    [Theory]
    [InlineData("""{"maxProperties":0}""", "{} | [1] | \"a\"", """{"a":1}""")]
    [InlineData("""{"maxProperties":2.0,"minProperties":10e-1,"properties":{"a":true,"b":true,"c":true}}""", """{"a":1} | {"a":1,"x":2}""", """{} | {"a":1,"b":2,"c":3} | {"x":1,"y":2,"z":3}""")]
    [InlineData("""{"maxProperties":1e400}""", """{"a":1,"b":2}""", "")]
    public void Properties_are_counted(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);
}
