using Ingest.Pipeline.Events;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class SchemaKeywordTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "1 | -3 | 2.0 | 1e3", "1.5 | \"1\" | true | null | [] | {}")]
    [InlineData("""{"type":["integer","string"]}""", "1 | 1.0 | \"x\"", "1.5 | true | null")]
    [InlineData("""{"type":["string","null"]}""", "\"x\" | null", "1 | false")]
    [InlineData("""{"type":"boolean"}""", "true | false", "1 | \"true\" | null")]
    [InlineData("""{"type":"null"}""", "null", "0 | \"\" | false")]
    [InlineData("""{"type":"array"}""", "[] | [1,\"a\",null]", "{} | 1")]
    [InlineData("""{"minimum":2}""", "2 | 2.5 | \"x\" | null | [] | 1e300", "1 | 1.999 | -1e300")]
    [InlineData("""{"type":"integer","minimum":1.5}""", "2 | 3", "1")]
    [InlineData("""{"type":"integer","maximum":-1.5}""", "-2", "-1")]
    [InlineData("""{"type":"integer","exclusiveMinimum":2,"exclusiveMaximum":4}""", "3", "2 | 4")]
    [InlineData("""{"type":"integer","exclusiveMaximum":2.5}""", "2", "3")]
    [InlineData("""{"type":"integer","minimum":9007199254740993}""", "9007199254740993", "9007199254740992")]
    [InlineData("""{"type":"integer","maximum":1e30}""", "9223372036854775807", "")]
    [InlineData("""{"type":"integer","minimum":1e30}""", "", "9223372036854775807")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"maximum":0.1}""", "0.1 | 0.05 | 1e-300", "0 | -0.0 | 0.11")]
    [InlineData("""{"type":"number","minimum":0,"exclusiveMinimum":0}""", "1", "0")]
    [InlineData("""{"enum":["a",1,null,true,[1,{"b":2}]]}""", "\"a\" | \"\\u0061\" | 1 | 1.0 | 10e-1 | null | true | [1,{\"b\":2}] | [ 1.0, {\"b\" : 2e0} ]", "\"A\" | 2 | false | [1] | {}")]
    [InlineData("""{"enum":["on","off"]}""", "\"on\" | \"off\"", "\"ON\" | null | 1")]
    [InlineData("""{"type":"integer","enum":[1,2.0,9007199254740993]}""", "1 | 2 | 9007199254740993", "3 | 9007199254740992")]
    [InlineData("""{"type":"number","enum":[0.5,2]}""", "0.5 | 5e-1 | 2 | 2.0", "0.50001 | 3")]
    [InlineData("""{"type":"boolean","const":true}""", "true", "false")]
    [InlineData("""{"const":{"a":[1,2],"b":"x"}}""", "{\"b\":\"x\",\"a\":[1,2.0]}", "{\"a\":[2,1],\"b\":\"x\"} | {\"a\":[1,2]}")]
    [InlineData("""{"enum":[1e400,"x"]}""", "1e400 | 10e399", "1e399 | 1e401")]
    [InlineData("""{"enum":["a","b"],"const":"b"}""", "\"b\"", "\"a\"")]
    [InlineData("""{"minLength":2,"maxLength":3}""", "\"ab\" | \"äöü\" | \"😀😀😀\" | 1 | \"\\ud83d\\ude00x\"", "\"a\" | \"abcd\" | \"😀\" | \"äöüß\"")]
    [InlineData("""{"type":"string","maxLength":0}""", "\"\"", "\"a\"")]
    [InlineData("""{"pattern":"^[a-z]+\\d$"}""", "\"ab1\" | 5", "\"ab\" | \"AB1\" | \"ab1\\n\" | \"ab\\u0661\"")]
    [InlineData("""{"pattern":"b+"}""", "\"abba\"", "\"a\"")]
    [InlineData("""{"pattern":"^.$"}""", "\"a\" | \"😀\"", "\"\" | \"ab\" | \"\\n\" | \"\\u2028\"")]
    [InlineData("""{"pattern":"^[^a]$"}""", "\"b\" | \"😀\" | \"\\n\"", "\"a\" | \"bb\"")]
    [InlineData("""{"pattern":"^\\w\\W\\s\\S$"}""", "\"a- -\" | \"a-\\ufeffx\"", "\"ä- -\" | \"aa -\"")]
    [InlineData("""{"pattern":"^\\u{1F600}+$"}""", "\"😀😀\"", "\"a\"")]
    [InlineData("""{"pattern":"^[😀x]+$"}""", "\"😀x😀\"", "\"a\"")]
    [InlineData("""{"pattern":"^[^😀x]$"}""", "\"😁\" | \"y\"", "\"😀\" | \"x\" | \"yy\"")]
    [InlineData("""{"pattern":"^[😀-😂\\u{1F680}]$"}""", "\"😁\" | \"🚀\"", "\"😃\" | \"a\"")]
    [InlineData("""{"pattern":"^[a-\\u{1F600}]$"}""", "\"a\" | \"😀\" | \"\\uffff\"", "\"😁\" | \"A\"")]
    [InlineData("""{"pattern":"^[\\D]$"}""", "\"😀\" | \"a\"", "\"1\"")]
    [InlineData("""{"pattern":"^[^]$"}""", "\"😀\" | \"a\" | \"\\n\"", "\"\" | \"ab\"")]
    [InlineData("""{"pattern":"^[a-z-[aeiou]]+$"}""", "\"b]\" | \"a]]\" | \"[]\" | \"-]\"", "\"B]\" | \"b\"")]
    [InlineData("""{"pattern":"^\\p{Letter}+$"}""", "\"äß\"", "\"1\"")]
    [InlineData("""{"pattern":"^(?!foo)(?=b)"}""", "\"bar\"", "\"foo\" | \"cat\"")]
    [InlineData("""{"pattern":"^(a|b)\\1$"}""", "\"aa\" | \"bb\"", "\"ab\"")]
    [InlineData("""{"pattern":"# a"}""", "\"x# ab\"", "\"\"")]
    [InlineData("""{"format":"date-time"}""", "\"2026-11-23T06:00:00Z\" | 5 | null", "\"2026-11-23\" | \"\"")]
    [InlineData("""{"format":"uuid"}""", "\"123E4567-e89b-12d3-a456-426614174000\"", "\"123e4567e89b12d3a456426614174000\" | \"123e4567-e89b-12d3-a456-42661417400g\"")]
    [InlineData("""{"type":"string","format":"uuid","pattern":"^1"}""", "\"123e4567-e89b-12d3-a456-426614174000\"", "\"223e4567-e89b-12d3-a456-426614174000\"")]
    [InlineData("""{"items":{"type":"integer"}}""", "[] | [1,2] | {} | 1", "[1,\"a\"] | [1.5]")]
    [InlineData("""{"items":false}""", "[] | 1", "[1]")]
    [InlineData("""{"items":{"items":{"maximum":3}}}""", "[[1],[2,3]] | [4]", "[[1],[4]]")]
    [InlineData("""{"items":{"required":["a"],"properties":{"a":{"type":"string"}},"additionalProperties":false}}""", "[{\"a\":\"x\"}] | [1]", "[{}] | [{\"a\":1}] | [{\"a\":\"x\",\"b\":1}]")]
    [InlineData("""{"type":"object","required":["a"]}""", "{\"a\":1} | {\"b\":2,\"a\":null}", "{} | {\"b\":1}")]
    [InlineData("""{"type":"object","properties":{"a":false}}""", "{} | {\"b\":1}", "{\"a\":1} | {\"a\":null}")]
    [InlineData("""{"type":"object","additionalProperties":false}""", "{}", "{\"a\":1}")]
    [InlineData("""{"type":["object","null"],"properties":{"a":{"type":"integer"}},"required":["a"]}""", "null | {\"a\":1}", "{} | [] | nul1")]
    [InlineData("false", "", "1 | null | {}")]
    [InlineData("true", "1 | null | {} | \"x\" | 1e400", "")]
    [InlineData("""{"title":"t","description":"d","$comment":"c","default":1,"examples":[1],"deprecated":true,"readOnly":true,"writeOnly":false,"$id":"x","$schema":"https://json-schema.org/draft/2020-12/schema","contentEncoding":"base64","contentMediaType":"text/plain","contentSchema":{"type":"object"}}""", "1 | {} | \"?\"", "")]
    [InlineData("""{"type":"number","multipleOf":0.01}""", "0 | 0.07 | 19.99 | 1e3 | -4.35", "0.075 | 1e-3")]
    [InlineData("""{"type":"integer","multipleOf":3}""", "9 | -3 | 0 | 6.0 | 9007199254740993", "10 | 9007199254740994")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"10.0.0.1\"", "\"10.0.0.256\" | \"10.0.0.01\"")]
    [InlineData("""{"type":"string","anyOf":[{"format":"ipv4"},{"format":"ipv6"}]}""", "\"10.0.0.1\" | \"::1\"", "\"x\"")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer","minimum":5}]}""", "\"x\" | 5", "4 | null")]
    [InlineData("""{"not":{"type":"string"}}""", "1 | {}", "\"x\"")]
    [InlineData("""{"type":"object","if":{"properties":{"k":{"const":"a"}}},"then":{"required":["x"]},"else":{"required":["y"]},"properties":{"k":{"type":"string"}}}""", "{\"k\":\"a\",\"x\":1} | {\"k\":\"b\",\"y\":1}", "{\"k\":\"a\",\"y\":1} | {\"k\":\"b\"}")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"uniqueItems":true,"minItems":1,"maxItems":3}""", "[1] | [1,2,3]", "[] | [1,1.0] | [1,2,3,4]")]
    [InlineData("""{"uniqueItems":true}""", "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":3}] | [1,true,\"1\",[1]]", "[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}] | [\"a\",\"\\u0061\"]")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"},"contains":{"type":"integer","minimum":5},"maxContains":1}""", "[\"a\",5] | [\"a\",1,5]", "[5] | [\"a\",1] | [\"a\",5,6]")]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":{"type":"integer"},"propertyNames":{"maxLength":3},"minProperties":1}""", "{\"x-a\":\"1\"} | {\"b\":1}", "{} | {\"x-a\":1} | {\"b\":\"1\"} | {\"long\":1}")]
    [InlineData("""{"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"required":["d"]}}}""", "{\"b\":1} | {\"a\":1,\"b\":2} | {\"c\":1,\"d\":2}", "{\"a\":1} | {\"c\":1}")]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"anyOf":[{"properties":{"b":{"type":"integer"}}},true],"unevaluatedProperties":false}""", "{\"a\":1} | {\"b\":1}", "{\"c\":1} | {\"b\":\"x\"}")]
    [InlineData("""{"prefixItems":[true],"contains":{"const":1},"unevaluatedItems":{"type":"string"}}""", "[0,1] | [1,\"x\"]", "[1,2] | [0,2,1]")]
    [InlineData("""{"$dynamicAnchor":"node","type":"object","properties":{"next":{"$ref":"#/properties/v"}}}""", "{\"next\":{\"next\":{}}}", "{\"next\":1} | {\"next\":{\"next\":1}}")]
    public void A_keyword_accepts_and_refuses(string schema, string valid, string invalid)
    {
        foreach (var value in valid.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
        {
            var decoded = Decoded.Value(schema, value);
            Assert.True(decoded.Batch.RowCount == 1, $"{schema} must accept {value}: {decoded.Refused.FirstOrDefault()?.Fault}");
            Assert.Empty(decoded.Refused);
        }

        foreach (var value in invalid.Split(" | ", StringSplitOptions.RemoveEmptyEntries))
        {
            var decoded = Decoded.Value(schema, value);
            Assert.True(decoded.Batch.RowCount == 0, $"{schema} must refuse {value}.");
            Assert.StartsWith("/v", decoded.Fault.Path, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pattern_that_backtracks_for_ever_is_stopped_and_named()
    {
        var decoded = Decoded.Value("""{"pattern":"^(a+)+(?=b)$"}""", $"\"{new string('a', 60)}\"");
        Assert.Equal(FaultCode.Schema, decoded.Fault.Code);
        Assert.StartsWith("pattern-timeout", decoded.Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_without_look_around_runs_in_linear_time()
    {
        var decoded = Decoded.Value("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 100_000)}!\"");
        Assert.DoesNotContain("pattern-timeout", decoded.Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_properties_are_refused_where_the_schema_says_so()
    {
        var fault = Decoded.One("""{"properties":{"temperature":{"type":"number"}},"additionalProperties":false}""", """{"temperatur":1}""").Fault;
        Assert.Equal((FaultCode.Schema, "/temperatur"), (fault.Code, fault.Path));
        Assert.Contains("temperature", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_property_is_named_with_the_object_that_lacks_it()
    {
        var fault = Decoded.One("""{"properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"required":["b","c"]}}}""", """{"a":{"b":"x"}}""").Fault;
        Assert.Equal((FaultCode.Schema, "/a"), (fault.Code, fault.Path));
        Assert.Contains("\"c\"", fault.Detail, StringComparison.Ordinal);
    }
}
