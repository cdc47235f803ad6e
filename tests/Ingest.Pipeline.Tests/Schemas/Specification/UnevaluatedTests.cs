namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>
/// <c>unevaluatedItems</c> (core, section 11.2): what schemas that hold said of the same array counts, what cousins, excluded and failed
/// ones said does not.
/// </summary>
public sealed class UnevaluatedTests
{
    [Theory]
    [InlineData("""{"unevaluatedItems":false}""", "[] | 1 | \"x\" | {\"a\":[1]} | null", "[1] | [[]]")]
    [InlineData("""{"unevaluatedItems":{"type":"null"},"prefixItems":[{"type":"string"}]}""", """[] | ["a"] | ["a",null,null]""", """["a",1] | [null]""")]
    [InlineData("""{"items":{"type":"string"},"unevaluatedItems":false}""", """["a","b"]""", "[1]")]
    [InlineData("""{"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":{"type":"null"}}""", """[1,"a",null] | ["a"] | [1,null,"a","b"]""", """[1,2,"a"] | [1]""")]
    [InlineData("""{"contains":{"type":"string"},"minContains":0,"unevaluatedItems":false}""", """[] | ["a","b"]""", """["a",1] | [1]""")]
    [InlineData("""{"anyOf":[{"contains":{"minimum":5}},{"contains":{"type":"string"}}],"unevaluatedItems":false}""", """[5,"a"] | [7,6] | ["a"]""", """[5,"a",1] | [1]""")]
    [InlineData("""{"allOf":[{"prefixItems":[{"type":"string"}]},{"prefixItems":[true,{"type":"null"}]}],"unevaluatedItems":false}""", """["a",null] | ["a"]""", """["a",null,1] | [1]""")]
    [InlineData("""{"anyOf":[{"prefixItems":[true,{"const":1}]},{"prefixItems":[true,true,{"const":2}],"minItems":3},true],"unevaluatedItems":{"const":9}}""", "[0,1] | [0,1,2] | [0,0,2,9] | [9,9]", "[0,0] | [0,1,3] | [0,0,2,0]")]
    [InlineData("""{"oneOf":[{"prefixItems":[{"const":1},true]},{"prefixItems":[{"const":2}]}],"unevaluatedItems":false}""", "[1,7] | [2] | [1]", "[] | [2,7] | [1,7,7] | [3]")]
    [InlineData("""{"not":{"not":{"prefixItems":[true]}},"unevaluatedItems":false}""", "[]", "[1]")]
    [InlineData("""{"if":{"prefixItems":[{"const":1}]},"then":{"prefixItems":[true,true]},"else":{"prefixItems":[{"const":2}]},"unevaluatedItems":false}""", "[1,7] | [2]", "[1,7,7] | [2,7] | [3]")]
    [InlineData("""{"if":{"prefixItems":[{"const":1}]},"unevaluatedItems":false}""", "[1] | []", "[2] | [1,1]")]
    [InlineData("""{"allOf":[{"prefixItems":[true]},{"unevaluatedItems":false}]}""", "[]", "[1]")]
    [InlineData("""{"allOf":[{"unevaluatedItems":{"type":"null"}}],"unevaluatedItems":false}""", "[null,null] | []", "[1]")]
    [InlineData("""{"properties":{"a":{"prefixItems":[true],"unevaluatedItems":false}},"allOf":[{"properties":{"a":{"items":true}}}]}""", """{"a":[1]}""", """{"a":[1,2]}""")]
    [InlineData("""{"$ref":"#/$defs/pair","unevaluatedItems":false,"$defs":{"pair":{"prefixItems":[true,true]}}}""", "[1,2]", "[1,2,3]")]
    [InlineData("""{"$id":"https://a.test/open","$ref":"list","$defs":{"more":{"$dynamicAnchor":"more","prefixItems":[true,{"type":"null"}]},"list":{"$id":"list","$dynamicRef":"#more","unevaluatedItems":false,"$defs":{"none":{"$dynamicAnchor":"more"}}}}}""", "[1,null] | []", "[1,null,2] | [1,2]")]
    [InlineData("""{"items":{"unevaluatedItems":false,"contains":{"const":1}}}""", "[[1],[1,1]]", "[[1],[1,2]] | [[]]")]
    public void What_was_evaluated_is_known_across_schemas(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);

    [Fact]
    public void Long_arrays_and_objects_are_told_apart_element_by_element()
    {
        var numbers = string.Join(',', Enumerable.Range(0, 300));
        Verdicts.Check("""{"contains":{"not":{"enum":[63,64,128]}},"unevaluatedItems":{"maximum":64}}""", $"[{numbers.Replace("128", "1", StringComparison.Ordinal)}]", $"[{numbers}]");
        var declared = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"p{i}\":true"));
        var members = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"p{i}\":{i}"));
        Verdicts.Check($$"""{"allOf":[{"properties":{{{declared}}} }],"unevaluatedProperties":false}""", $"{{{members}}}", $"{{{members},\"p200\":1}}");
    }
}
