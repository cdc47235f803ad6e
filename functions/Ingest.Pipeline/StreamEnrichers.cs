using System.Text.Json;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Streams.Configuration;

namespace Ingest.Pipeline;

/// <summary>The enrichers of every stream, made once, when the app starts: what they need beyond streams.json must be there by then.</summary>
public sealed class StreamEnrichers
{
    private readonly Dictionary<string, IReadOnlyList<IEnricher>> byStream = new(StringComparer.Ordinal);
    private readonly List<ConfigurationError> errors = [];
    private readonly LookupCaches? lookups;
    private readonly Func<string, string?> settings;
    private readonly Dictionary<string, IEnricherFactory> factories;

    /// <param name="lookups">Null: nothing is looked up, and the columns of lookups stay null.</param>
    /// <param name="settings">App setting by name; null or empty where it is not set.</param>
    /// <param name="factories">Enrichers written in C#, of different names.</param>
    /// <exception cref="StreamConfigurationException">Settings or enrichers that streams.json names are missing, or refuse their use; all of them are listed.</exception>
    public StreamEnrichers(StreamCatalog catalog, LookupCaches? lookups, Func<string, string?> settings, IEnumerable<IEnricherFactory> factories)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        this.lookups = lookups;
        this.settings = settings;
        this.factories = factories.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var stream in catalog.Streams)
        {
            byStream.Add(stream.Name, [.. Make(stream)]);
        }

        if (errors.Count > 0)
        {
            throw new StreamConfigurationException(errors);
        }
    }

    /// <summary>In the order in which they run.</summary>
    public IReadOnlyList<IEnricher> Of(StreamDefinition stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return byStream[stream.Name];
    }

    private IEnumerable<IEnricher> Make(StreamDefinition stream)
    {
        if (stream.Identity is { } identity)
        {
            yield return new IdentityEnricher(identity);
        }

        List<ColumnDefinition> readable = [.. stream.Schema.Columns];
        foreach (var step in stream.Enrich)
        {
            if (Make(stream, step, readable) is { } enricher)
            {
                yield return enricher;
            }

            readable.RemoveAll(c => step is DropEnrichment drop && drop.Columns.Contains(c.Name));
            readable.AddRange(stream.EnrichedColumns.Where(c => Adds(step).Contains(c.Name)));
        }
    }

    private IEnricher? Make(StreamDefinition stream, EnrichmentStep step, IReadOnlyList<ColumnDefinition> readable) => step switch
    {
        LookupEnrichment lookup => lookups?.EnricherOf(lookup) ?? new NullEnricher([.. lookup.Add.Select(a => a.Key)]),
        ConstantEnrichment { IsSetting: false } constant => new ConstantEnricher(constant.Column.Name, constant.Value),
        ConstantEnrichment constant => Setting(step, (string)constant.Value) is { } value ? new ConstantEnricher(constant.Column.Name, value) : null,
        CopyEnrichment copy => new CopyEnricher(copy),
        HashEnrichment hash => Setting(step, hash.Setting) is { } salt ? new HashEnricher(hash, salt) : null,
        DropEnrichment { Members.Count: 0 } => null,
        DropEnrichment drop => new DropEnricher(drop, ColumnPlan.ExtraName),
        RedactEnrichment redact => new RedactEnricher(redact, ColumnPlan.ExtraName),
        ThresholdEnrichment threshold => new ThresholdEnricher(threshold),
        CustomEnrichment custom => Custom(stream, custom, readable),
        _ => throw new NotSupportedException($"{step.GetType().Name} has no enricher."),
    };

    private static IEnumerable<string> Adds(EnrichmentStep step) => step switch
    {
        LookupEnrichment lookup => lookup.Add.Select(a => a.Key),
        ConstantEnrichment constant => [constant.Column.Name],
        CopyEnrichment copy => [copy.Column.Name],
        HashEnrichment hash when hash.Into != hash.Source => [hash.Into],
        ThresholdEnrichment threshold => [threshold.Column.Name],
        CustomEnrichment custom => custom.Add.Select(c => c.Name),
        _ => [],
    };

    private string? Setting(EnrichmentStep step, string name)
    {
        var value = settings(name);
        if (string.IsNullOrEmpty(value))
        {
            Report(step, $"The app setting \"{name}\" is not set.");
            return null;
        }

        // What a reference that the platform could not resolve looks like to the app: the same text for everybody, and no secret.
        if (value.StartsWith("@Microsoft.", StringComparison.OrdinalIgnoreCase))
        {
            Report(step, $"The app setting \"{name}\" holds a reference that was not resolved; see its status under the function app's environment variables.");
            return null;
        }

        return value;
    }

    private IEnricher? Custom(StreamDefinition stream, CustomEnrichment step, IReadOnlyList<ColumnDefinition> readable)
    {
        if (!factories.TryGetValue(step.Name, out var factory))
        {
            Report(step, $"No enricher \"{step.Name}\" is registered.{Suggestion.For(step.Name, factories.Keys, "enrichers")}");
            return null;
        }

        try
        {
            return factory.Create(new EnricherUse(stream.Name, [.. readable], step.Add, step.Options));
        }
        catch (Exception e) when (e is EnricherUseException or JsonException)
        {
            Report(step, $"The enricher \"{step.Name}\" refuses this use: {e.Message}");
            return null;
        }
    }

    private void Report(EnrichmentStep step, string message) =>
        errors.Add((step.Place ?? new ConfigurationPlace("streams.json", 1, "")).Error(message));
}
