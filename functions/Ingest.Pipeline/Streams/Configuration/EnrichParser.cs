using Ingest.Pipeline.Enrichment;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>enrich</c>: columns that are added after decoding.</summary>
internal static class EnrichParser
{
    // In this order: the first that an entry has names its kind, and "lookup" and "copy" bring keys that are kinds of their own.
    private static readonly string[] NotYet = ["hash", "drop", "copy", "redact", "add"];

    public static IReadOnlyList<LookupEnrichment> Parse(
        ConfigNode? value, IReadOnlyDictionary<string, LookupDefinition?> lookups, ColumnScope scope)
    {
        var enrichments = new List<LookupEnrichment>();
        if (value is null)
        {
            return enrichments;
        }

        if (value.Kind != ConfigKind.Array)
        {
            scope.Errors.Add(value, $"\"enrich\" must be an array of objects, not {value.Describe()}.");
            return enrichments;
        }

        foreach (var element in value.Elements)
        {
            if (ConfigObject.From(element, scope.Errors, "An enrichment") is { } entry && Entry(entry, lookups, scope) is { } enrichment)
            {
                enrichments.Add(enrichment);
            }
        }

        return enrichments;
    }

    private static LookupEnrichment? Entry(ConfigObject entry, IReadOnlyDictionary<string, LookupDefinition?> lookups, ColumnScope scope)
    {
        var errors = scope.Errors;
        if (entry.Node["lookup"] is not null)
        {
            return Lookup(entry, lookups, scope);
        }

        if (Array.Find(NotYet, kind => entry.Node[kind] is not null) is { } kind)
        {
            var shown = kind == "add" && entry.Node["above"] is not null ? "add … above" : kind;
            errors.Add(entry.Node, $"The enrichment \"{shown}\" is not supported yet by this version.");
            return null;
        }

        var first = entry.Node.Members.Count > 0 ? entry.Node.Members[0].Key : "";
        errors.Add(entry.Node, $"This is no enrichment: it has no \"lookup\".{Suggestion.For(first, ["lookup", .. NotYet], "enrichments")}");
        return null;
    }

    private static LookupEnrichment? Lookup(ConfigObject entry, IReadOnlyDictionary<string, LookupDefinition?> lookups, ColumnScope scope)
    {
        var errors = scope.Errors;
        var before = errors.Count;
        LookupDefinition? lookup = null;
        if (entry.OptionalText("lookup") is { } name && !lookups.TryGetValue(name.Value, out lookup))
        {
            errors.Add(name.Node, $"There is no lookup \"{name.Value}\" under \"lookups\".{Suggestion.For(name.Value, lookups.Keys, "lookups")}");
        }

        var on = entry.Required("on", "it names the value, or values, to look up by") is { } keys
            ? ConfigObject.Texts(keys, "\"on\"", errors)
            : null;
        var columns = on?.Select(pointer => scope.PointedKey(pointer, "A value to look up by")).ToArray();
        var add = Add(entry.Required("add", "it maps each new column to a property of the lookup's row"), scope);
        var missing = entry.OptionalText("missing");
        if (missing is { Value: not ("null" or "quarantine") })
        {
            errors.Add(missing.Node, $"\"missing\" is \"null\" or \"quarantine\", not \"{missing.Value}\".{Suggestion.For(missing.Value, ["null", "quarantine"], "values")}");
        }

        entry.Finish();
        return errors.Count > before || lookup is null || columns is null || columns.Contains(null)
            ? null
            : new LookupEnrichment(lookup, [.. columns.Select(c => c!.Name)], add, missing?.Value == "quarantine")
            {
                OnPointers = [.. on!.Select(o => o.Value)],
            };
    }

    private static List<KeyValuePair<string, string>> Add(ConfigNode? value, ColumnScope scope)
    {
        var add = new List<KeyValuePair<string, string>>();
        if (value is null || ConfigObject.From(value, scope.Errors, "\"add\"") is null)
        {
            return add;
        }

        if (value.Members.Count == 0)
        {
            scope.Errors.Add(value, "\"add\" must map at least one new column to a property of the lookup's row.");
        }

        foreach (var (column, line, property) in value.Members)
        {
            scope.Add(column, property with { Line = line });
            if (property.Kind != ConfigKind.Text || property.Text.Length == 0)
            {
                scope.Errors.Add(property, $"The column \"{column}\" must name a property of the lookup's row, not {property.Describe()}.");
                continue;
            }

            add.Add(new(column, property.Text));
        }

        return add;
    }
}
