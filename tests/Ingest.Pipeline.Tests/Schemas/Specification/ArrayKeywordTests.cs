namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>Keywords for elements (core, section 10.3.1; validation, 6.4).</summary>
public sealed class ArrayKeywordTests
{
    [Theory]
    [InlineData("""{"prefixItems":[{"type":"string"},{"type":"number"}]}""", """[] | ["t"] | ["t",1] | ["t",1,null] | {"0":1} | "t" """, """[1] | ["t","u"]""")]
    [InlineData("""{"prefixItems":[true,false]}""", "[] | [null]", "[1,2] | [1,2,3]")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """[] | ["t"]""", """["t","u"] | [1]""")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", """["t",1,2.0]""", """["t","u"] | [1,2]""")]
    [InlineData("""{"allOf":[{"prefixItems":[{"maximum":9}]}],"items":{"minimum":4}}""", "[4] | [9,10]", "[3] | [10]")]
    public void Elements_have_their_positions(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);

    [Theory]
    [InlineData("""{"minContains":3}""", "[] | [1]", "")]
    [InlineData("""{"maxContains":0}""", "[] | [1]", "")]
    [InlineData("""{"contains":{"type":"null"}}""", "[null] | [1,null] | 1 | {}", "[] | [1]")]
    [InlineData("""{"contains":{"type":"null"},"minContains":2}""", "[null,null] | [null,1,null,null]", "[] | [null] | [1,1]")]
    [InlineData("""{"contains":{"type":"null"},"minContains":2.0,"maxContains":20e-1}""", "[null,null]", "[null] | [null,null,null]")]
    [InlineData("""{"contains":{"type":"null"},"minContains":0}""", "[] | [1] | [null]", "")]
    [InlineData("""{"contains":{"type":"null"},"minContains":0,"maxContains":1}""", "[] | [1] | [null,1]", "[null,null]")]
    [InlineData("""{"contains":{"type":"null"},"minContains":2,"maxContains":1}""", "{}", "[] | [null] | [null,null]")]
    [InlineData("""{"contains":true}""", "[1]", "[]")]
    [InlineData("""{"contains":false}""", "1", "[] | [1]")]
    [InlineData("""{"contains":false,"minContains":0}""", "[] | [1]", "")]
    [InlineData("""{"contains":true,"maxContains":0}""", "1", "[] | [1]")]
    public void Contained_elements_are_counted(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);

    [Theory]
    [InlineData("[1,true] | [0,false] | [0,null,\"\",[],{}] | [1,\"1\"] | [[1],[true]] | [[1],[[1]]] | [{\"a\":0},{\"a\":false}]", "[1,1.0] | [100,1e2] | [0,-0.0] | [0,0e9] | [null,null] | [[],[]] | [{},{}]")]
    [InlineData("""[{"a":1,"b":2},{"a":1}] | [{"a":1,"b":2},{"a":2,"b":1}] | [[1,2],[2,1]]""", """[{"a":1,"b":[2,{"c":3}]},{"b":[2.0,{"c":3}],"a":1}] | [3,[1],4,[1.0]]""")]
    [InlineData("""["é","e\u0301"] | ["a","A"] | ["\u0000","\u0001"] | ["\\u0061","a"]""", """["a","\u0061"] | ["/","\/"] | ["\ud83d\ude00","😀"] | [{"\u0061":1},{"a":1}] | ["\n","\u000A"]""")]
    [InlineData("[9007199254740992,9007199254740993] | [1e400,1e401] | [0,1e-400] | [0.1,0.10000000000000001]", "[1e400,10e399] | [123456789012345678901234567890,1234567890123456789012345678.90e2] | [1e-400,0.1e-399]")]
    [InlineData("\"aa\" | 11 | {\"a\":1,\"b\":1} | [] | [1]", "")]
    public void Elements_are_unique_by_value(string valid, string invalid)
    {
        Verdicts.Check("""{"uniqueItems":true}""", valid, invalid);
        Verdicts.Check("""{"uniqueItems":false}""", $"{valid} | {invalid}", "");
    }
}
