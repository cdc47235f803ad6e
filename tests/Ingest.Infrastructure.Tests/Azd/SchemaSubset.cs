using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ingest.Infrastructure.Tests.Azd;

/// <summary>As much of JSON Schema as the schema of azure.yaml uses; an assertion it does not know is refused, not ignored.</summary>
public sealed class SchemaSubset(JsonObject root)
{
    private static readonly HashSet<string> Annotations =
        ["$schema", "$id", "title", "description", "examples", "default", "comment", "$comment", "definitions", "deprecated", "then", "else", "format", "minimum", "maximum", "markdownDescription", "deprecationMessage"];

    public IEnumerable<string> Problems(JsonNode? value) => Problems(root, value, "$");

    /// <exception cref="NotSupportedException">The schema asserts something with a keyword outside of the subset.</exception>
    private IEnumerable<string> Problems(JsonNode? schema, JsonNode? value, string path)
    {
        if (schema is JsonValue boolean)
        {
            return (bool)boolean ? [] : [$"{path}: not allowed"];
        }

        return schema!.AsObject().SelectMany(keyword => Problems(keyword.Key, keyword.Value, schema.AsObject(), value, path));
    }

    private IEnumerable<string> Problems(string keyword, JsonNode? argument, JsonObject schema, JsonNode? value, string path)
    {
        var members = value as JsonObject;
        var items = value as JsonArray;
        var text = value is JsonValue scalar && scalar.TryGetValue<string>(out var s) ? s : null;
        return keyword switch
        {
            // Schemas of azd extensions lie elsewhere; none of them is about functions.
            "$ref" => ((string)argument!).StartsWith('#') ? Problems(Resolve((string)argument!), value, path) : [],
            "type" => Fail(!Types(argument!).Contains(TypeOf(value)), $"{path}: must be {argument!.ToJsonString()}"),
            "const" => Fail(!JsonNode.DeepEquals(argument, value), $"{path}: must be {argument}"),
            "enum" => Fail(!argument!.AsArray().Any(a => JsonNode.DeepEquals(a, value)), $"{path}: must be one of {argument.ToJsonString()}"),
            "pattern" => Fail(text is not null && !Regex.IsMatch(text, (string)argument!), $"{path}: must match {argument}"),
            "minLength" => Fail(text?.Length < (int)argument!, $"{path}: too short"),
            "maxLength" => Fail(text?.Length > (int)argument!, $"{path}: too long"),
            "minProperties" => Fail(members?.Count < (int)argument!, $"{path}: too few members"),
            "minItems" => Fail(items?.Count < (int)argument!, $"{path}: too few items"),
            "uniqueItems" => Fail(items?.Select(i => i?.ToJsonString()).Distinct().Count() < items?.Count, $"{path}: an item twice"),
            "required" => members is null ? [] : argument!.AsArray().Where(a => !members.ContainsKey((string)a!)).Select(a => $"{path}: {a} is missing"),
            "properties" => members is null ? [] : argument!.AsObject().Where(p => members.ContainsKey(p.Key)).SelectMany(p => Problems(p.Value, members[p.Key], $"{path}.{p.Key}")),
            "additionalProperties" => members is null ? [] : members.Where(m => schema["properties"]?.AsObject().ContainsKey(m.Key) != true && !MatchesAPattern(schema, m.Key))
                .SelectMany(m => Problems(argument, m.Value, $"{path}.{m.Key}")),
            "patternProperties" => members is null ? [] : argument!.AsObject().SelectMany(p => members.Where(m => Regex.IsMatch(m.Key, p.Key)).SelectMany(m => Problems(p.Value, m.Value, $"{path}.{m.Key}"))),
            "items" => items is null ? [] : items.SelectMany((item, i) => Problems(argument, item, $"{path}[{i}]")),
            "allOf" => argument!.AsArray().SelectMany(a => Problems(a, value, path)),
            "anyOf" => Fail(!argument!.AsArray().Any(a => !Problems(a, value, path).Any()), $"{path}: fits none of anyOf"),
            "oneOf" => Fail(argument!.AsArray().Count(a => !Problems(a, value, path).Any()) != 1, $"{path}: does not fit exactly one of oneOf"),
            "not" => Fail(!Problems(argument, value, path).Any(), $"{path}: fits what it must not"),
            "if" => schema[Problems(argument, value, path).Any() ? "else" : "then"] is { } branch ? Problems(branch, value, path) : [],
            _ when Annotations.Contains(keyword) => [],
            _ => throw new NotSupportedException($"{path}: keyword {keyword}"),
        };
    }

    private static bool MatchesAPattern(JsonObject schema, string name) =>
        schema["patternProperties"]?.AsObject().Any(p => Regex.IsMatch(name, p.Key)) == true;

    private JsonNode Resolve(string reference) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode)root, (node, part) => node[part]!);

    private static string[] Types(JsonNode argument) => argument is JsonArray several ? [.. several.Select(t => (string)t!)] : [(string)argument!];

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.String => "string",
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => "number",
        _ => "boolean",
    };

    private static IEnumerable<string> Fail(bool failed, string problem) => failed ? [problem] : [];
}
