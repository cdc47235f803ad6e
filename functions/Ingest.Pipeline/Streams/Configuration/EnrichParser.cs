using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>enrich</c>: the steps between decoding and writing, in their order.</summary>
internal sealed class EnrichParser(IReadOnlyDictionary<string, LookupDefinition?> lookups, ColumnScope scope, RecordBinding binding)
{
    // The first that an entry has names its kind: "lookup" and "use" bring an "add" along, which is a kind of its own.
    private static readonly string[] Kinds = ["lookup", "use", "hash", "drop", "redact", "copy", "add"];

    private readonly LookupStepParser lookup = new(lookups, scope);
    private readonly ColumnStepParser column = new(scope);
    private readonly PrivacyStepParser privacy = new(scope, binding);

    public IReadOnlyList<EnrichmentStep> Parse(ConfigNode? value)
    {
        var steps = new List<EnrichmentStep>();
        if (value is null)
        {
            return steps;
        }

        if (value.Kind != ConfigKind.Array)
        {
            scope.Errors.Add(value, $"\"enrich\" must be an array of objects, not {value.Describe()}.");
            return steps;
        }

        foreach (var element in value.Elements)
        {
            if (ConfigObject.From(element, scope.Errors, "An enrichment") is { } entry && Step(entry) is { } step)
            {
                steps.Add(step with { Place = new ConfigurationPlace(scope.Errors.File, element.Line, element.Pointer) });
            }
        }

        return steps;
    }

    /// <summary>Null where there are mistakes.</summary>
    private EnrichmentStep? Step(ConfigObject entry)
    {
        var before = scope.Errors.Count;
        var step = Array.Find(Kinds, kind => entry.Node[kind] is not null) switch
        {
            "lookup" => lookup.Parse(entry),
            "use" => column.Use(entry),
            "hash" => privacy.Hash(entry),
            "drop" => privacy.Drop(entry),
            "redact" => privacy.Redact(entry),
            "copy" => column.Copy(entry),
            "add" when entry.Node["when"] is null && entry.Node["above"] is null && entry.Node["below"] is null => column.Constant(entry),
            "add" => column.Threshold(entry),
            _ => Unknown(entry),
        };
        if (step is not null)
        {
            entry.Finish();
        }

        return scope.Errors.Count == before ? step : null;
    }

    private EnrichmentStep? Unknown(ConfigObject entry)
    {
        var first = entry.Node.Members.Count > 0 ? entry.Node.Members[0].Key : "";
        scope.Errors.Add(entry.Node, $"This is no enrichment: it has none of {string.Join(", ", Kinds)}.{Suggestion.Nearest(first, Kinds)}");
        return null;
    }
}
