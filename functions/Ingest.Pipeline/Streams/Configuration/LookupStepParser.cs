using Ingest.Pipeline.Enrichment;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>{ "lookup": …, "on": …, "add": …, "missing": … }</c>.</summary>
internal sealed class LookupStepParser(IReadOnlyDictionary<string, LookupDefinition?> lookups, ColumnScope scope)
{
    public LookupEnrichment? Parse(ConfigObject entry)
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
        var columns = on?.Select(pointer => scope.ReadableKey(pointer, "A value to look up by")).ToArray();
        var add = Add(entry.Required("add", "it maps each new column to a property of the lookup's row"));
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

    private List<KeyValuePair<string, string>> Add(ConfigNode? value)
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
