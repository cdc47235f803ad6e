using System.Globalization;
using System.Text;

namespace Ingest.Pipeline.Tests.Schemas.Agreement;

/// <summary>Random schemas, and values that come near to being valid: both are made of the same few names, texts and numbers.</summary>
internal sealed class RandomSchemas(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "ab", "é"];
    private static readonly string[] Texts = ["", "a", "ab", "abc", "b1", "é", "😀", "2026-11-23", "2026-11-23T06:00:00Z", "06:00:00Z", "10.0.0.1", "::1", "a@example.com", "https://example.com/a?b#c", "123e4567-e89b-12d3-a456-426614174000", "/a/b", "P1D"];
    private static readonly string[] Patterns = ["^a", "b$", "^[a-c]+$", "\\\\d", "^.$", "^(?!a)", "é", "^\\\\p{L}+$", "^(a|b)*$"];
    private static readonly string[] Formats = ["date-time", "date", "time", "email", "ipv4", "ipv6", "uri", "uri-reference", "uuid", "json-pointer", "duration", "hostname"];
    private static readonly string[] Numbers = ["0", "1", "-1", "2", "3", "10", "1.5", "0.5", "-2.25", "1e2", "1.0", "100000", "0.1", "-0"];
    private static readonly string[] Types = ["null", "boolean", "integer", "number", "string", "array", "object"];

    private readonly Random random = new(seed);

    public string Schema()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 3).Select(i => $"\"d{i}\":{Schema(2, i)}"));
        var body = Members(3, -1);
        return $"{{{body}{(body.Length > 0 ? "," : "")}\"$defs\":{{{definitions}}}}}";
    }

    public string Value(int depth = 3)
    {
        switch (random.Next(depth > 0 ? 10 : 6))
        {
            case 0:
                return One(["null", "true", "false"]);
            case 1 or 2:
                return One(Numbers);
            case 3 or 4 or 5:
                return Quote(One(Texts));
            case 6 or 7:
                return $"[{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Value(depth - 1)))}]";
            default:
                var names = Names.OrderBy(_ => random.Next()).Take(random.Next(5)).ToList();
                return $"{{{string.Join(',', names.Select(name => $"{Quote(name)}:{Value(depth - 1)}"))}}}";
        }
    }

    /// <param name="definition">Which definition this is part of: it may refer to later ones in place, which ends.</param>
    private string Schema(int depth, int definition) => random.Next(12) switch
    {
        0 => "true",
        1 when random.Next(3) == 0 => "false",
        _ => $"{{{Members(depth, definition)}}}",
    };

    private string Members(int depth, int definition)
    {
        SortedDictionary<string, string> members = new(StringComparer.Ordinal);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            if (Keyword(depth, definition) is { } keyword)
            {
                members[keyword.Name] = keyword.Value;
            }
        }

        return string.Join(',', members.Select(m => $"{Quote(m.Key)}:{m.Value}"));
    }

    private (string Name, string Value)? Keyword(int depth, int definition)
    {
        string Sub() => Schema(depth - 1, definition);
        string List() => $"[{string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Sub()))}]";
        string Map() => $"{{{string.Join(',', Names.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(name => $"{Quote(name)}:{Sub()}"))}}}";
        string NameList() => $"[{string.Join(',', Names.OrderBy(_ => random.Next()).Take(random.Next(0, 3)).Select(Quote))}]";
        string Count() => random.Next(4).ToString(CultureInfo.InvariantCulture);
        switch (random.Next(depth > 0 ? 40 : 18))
        {
            case 0 or 1 or 2:
                return ("type", random.Next(3) == 0 ? $"[{string.Join(',', Types.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(Quote))}]" : Quote(One(Types)));
            case 3:
                return ("enum", $"[{string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Value(1)).DistinctBy(v => v))}]");
            case 4:
                return ("const", Value(1));
            case 5:
                return ("minimum", One(Numbers));
            case 6:
                return ("maximum", One(Numbers));
            case 7:
                return (One(["exclusiveMinimum", "exclusiveMaximum"]), One(Numbers));
            case 8:
                return ("multipleOf", One(["1", "2", "3", "0.5", "0.25"]));
            case 9:
                return ("minLength", Count());
            case 10:
                return ("maxLength", Count());
            case 11:
                return ("pattern", $"\"{One(Patterns)}\"");
            case 12:
                return ("format", Quote(One(Formats)));
            case 13:
                return (One(["minItems", "maxItems", "minProperties", "maxProperties"]), Count());
            case 14:
                return ("uniqueItems", One(["true", "false"]));
            case 15:
                return ("required", NameList());
            case 16:
                return ("dependentRequired", $"{{{Quote(One(Names))}:{NameList()}}}");
            case 17:
                return (One(["minContains", "maxContains"]), Count());
            case 18 or 19 or 20:
                return ("properties", Map());
            case 21:
                return ("patternProperties", $"{{\"{One(Patterns)}\":{Sub()}}}");
            case 22:
                return ("additionalProperties", Sub());
            case 23:
                return ("propertyNames", Sub());
            case 24:
                return ("items", Sub());
            case 25:
                return ("prefixItems", List());
            case 26:
                return ("contains", Sub());
            case 27 or 28:
                return ("allOf", List());
            case 29 or 30:
                return ("anyOf", List());
            case 31:
                return ("oneOf", List());
            case 32:
                return ("not", Sub());
            case 33:
                return ("if", Sub());
            case 34:
                return (One(["then", "else"]), Sub());
            case 35:
                return ("dependentSchemas", $"{{{Quote(One(Names))}:{Sub()}}}");
            case 36:
                return ("unevaluatedProperties", Sub());
            case 37:
                return ("unevaluatedItems", Sub());
            case 38:
                return definition < 2 ? ("$ref", $"\"#/$defs/d{random.Next(definition + 1, 3)}\"") : null;
            default:
                return ("properties", $"{{{Quote(One(Names))}:{{\"$ref\":\"#/$defs/d{random.Next(3)}\"}}}}");
        }
    }

    private string One(string[] values) => values[random.Next(values.Length)];

    private static string Quote(string text) => new StringBuilder("\"").Append(text).Append('"').ToString();
}
