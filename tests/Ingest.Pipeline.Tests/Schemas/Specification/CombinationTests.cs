namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary>Schemas that apply to the same value (core, section 10.2), and schemas that are booleans (4.3.2).</summary>
public sealed class CombinationTests
{
    [Theory]
    [InlineData("""{"not":false}""", "1 | {} | null", "")]
    [InlineData("""{"not":{"$comment":"nothing is said"}}""", "", "1 | {} | null")]
    [InlineData("""{"not":{"not":{"type":"integer"}}}""", "1 | 2.0", "1.5 | null")]
    [InlineData("""{"not":{"properties":{"a":true},"unevaluatedProperties":false}}""", """{"b":1} | {"a":1,"b":1}""", """{"a":1} | {} | 5""")]
    [InlineData("""{"properties":{"gone":{"not":{}}}}""", """{} | {"here":1}""", """{"gone":null}""")]
    [InlineData("""{"oneOf":[true]}""", "1", "")]
    [InlineData("""{"oneOf":[true,false,true]}""", "", "1 | null")]
    [InlineData("""{"oneOf":[{"minimum":10},{"multipleOf":2},false]}""", "11 | 4 | 10.5", "10 | 3 | \"text\"")]
    [InlineData("""{"oneOf":[{"required":["celsius"]},{"required":["kelvin"]}]}""", """{"celsius":1} | {"kelvin":1,"x":2}""", """{} | {"celsius":1,"kelvin":2} | 7""")]
    [InlineData("""{"oneOf":[{"oneOf":[{"type":"string"},{"maxLength":1}]},{"type":"null"}]}""", "\"long\" | 1", "\"s\" | null")]
    [InlineData("""{"then":false}""", "1 | \"x\"", "")]
    [InlineData("""{"else":false}""", "1 | \"x\"", "")]
    [InlineData("""{"if":false}""", "1 | \"x\"", "")]
    [InlineData("""{"else":{"type":"null"},"then":{"minimum":5},"if":{"type":"number"}}""", "5 | null", "4 | \"x\"")]
    [InlineData("""{"if":true,"then":{"minimum":5},"else":false}""", "5 | \"x\"", "4")]
    [InlineData("""{"if":false,"then":false,"else":{"minimum":5}}""", "5 | \"x\"", "4")]
    [InlineData("""{"allOf":[{"if":{"minimum":5}},{"then":false},{"else":false}]}""", "4 | 5", "")]
    [InlineData("""{"if":{"required":["v"]},"then":{"if":{"properties":{"v":{"const":2}}},"then":{"required":["w"]}}}""", """{} | {"v":1} | {"v":2,"w":0}""", """{"v":2} | {"v":2.0}""")]
    [InlineData("""{"anyOf":[false,{"type":"integer"}],"allOf":[true]}""", "1", "1.5")]
    [InlineData("""{"properties":{"a":true,"b":false}}""", """{} | {"a":1} | [] | "b" """, """{"b":1} | {"a":1,"b":null}""")]
    [InlineData("""{"items":true}""", "[1] | []", "")]
    public void Schemas_combine(string schema, string valid, string invalid) => Verdicts.Check(schema, valid, invalid);
}
