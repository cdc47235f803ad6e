using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.Check;

/// <summary>Which rules differ between two versions of a schema, beyond what its columns show.</summary>
internal static class RuleComparison
{
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "contentEncoding",
        "contentMediaType", "contentSchema",
    };

    // Their own entries are compared one by one; what comes or goes as a whole is a column, or is used by nothing.
    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal) { "properties", "$defs", "definitions" };

    // Columns tell of these.
    private static readonly HashSet<string> ColumnKeywords = new(StringComparer.Ordinal) { "type", "required" };

    /// <returns>File and JSON Pointer of each keyword that differs.</returns>
    public static IEnumerable<string> Changed(IReadOnlyList<SchemaSource> before, IReadOnlyList<SchemaSource> after)
    {
        // The first file is the stream's own, whatever it is called; the others are known by their names.
        List<string> places = [];
        for (var i = 0; i < after.Count; i++)
        {
            if ((i == 0 ? before[0] : before.FirstOrDefault(s => s.File == after[i].File)) is { } old)
            {
                using var left = JsonDocument.Parse(WithoutMark(old));
                using var right = JsonDocument.Parse(WithoutMark(after[i]));
                Compare(left.RootElement, right.RootElement, $"{after[i].File}#", places);
            }
        }

        return places;
    }

    private static ReadOnlyMemory<byte> WithoutMark(SchemaSource source) =>
        source.Utf8.Span.StartsWith(Encoding.UTF8.Preamble) ? source.Utf8[Encoding.UTF8.Preamble.Length..] : source.Utf8;

    private static void Compare(JsonElement before, JsonElement after, string place, List<string> places)
    {
        if (before.ValueKind != JsonValueKind.Object || after.ValueKind != JsonValueKind.Object)
        {
            if (!JsonElement.DeepEquals(before, after))
            {
                places.Add(place);
            }

            return;
        }

        foreach (var keyword in before.EnumerateObject().Concat(after.EnumerateObject()).Select(p => p.Name).Distinct(StringComparer.Ordinal))
        {
            if (Annotations.Contains(keyword) || ColumnKeywords.Contains(keyword))
            {
                continue;
            }

            var (had, has) = (before.TryGetProperty(keyword, out var old), after.TryGetProperty(keyword, out var now));
            if (Maps.Contains(keyword))
            {
                if (had && has)
                {
                    foreach (var entry in now.EnumerateObject())
                    {
                        if (old.TryGetProperty(entry.Name, out var other))
                        {
                            Compare(other, entry.Value, $"{place}/{keyword}/{entry.Name}", places);
                        }
                    }
                }
            }
            else if (keyword == "items" && had && has)
            {
                Compare(old, now, $"{place}/{keyword}", places);
            }
            else if (had != has || !JsonElement.DeepEquals(old, now))
            {
                places.Add($"{place}/{keyword}");
            }
        }
    }
}
