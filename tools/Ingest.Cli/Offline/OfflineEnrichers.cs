using Ingest.Pipeline;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Offline;

/// <summary>The enrichers of all streams, over what is at hand offline.</summary>
public sealed class OfflineEnrichers : IAsyncDisposable
{
    private readonly StreamEnrichers enrichers;
    private readonly LookupCaches? lookups;
    private readonly HashSet<string> loaded;

    /// <param name="source">Null: nothing is looked up.</param>
    /// <param name="settings">App settings; one that is not among them has its own name as its value, so that hashes are the same everywhere.</param>
    /// <param name="factories">Enrichers written in C#; the columns of all others stay null.</param>
    public OfflineEnrichers(
        StreamCatalog catalog, ILookupSource? source, IReadOnlyDictionary<string, string> settings, IReadOnlyList<IEnricherFactory> factories, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        lookups = source is null ? null : new LookupCaches(catalog.Streams.SelectMany(s => s.Lookups), source, SilentLookups.Instance, new LookupOptions(), clock);
        loaded = factories.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var absent = catalog.Streams.SelectMany(s => s.Enrich).OfType<CustomEnrichment>().Select(c => c.Name).Where(n => !loaded.Contains(n)).Distinct();
        enrichers = new StreamEnrichers(
            catalog, lookups, name => settings.GetValueOrDefault(name, name), [.. factories, .. absent.Select(name => new AbsentEnrichers(name))]);
    }

    public IReadOnlyList<IEnricher> Of(StreamDefinition stream) => enrichers.Of(stream);

    /// <summary>Columns that nothing here can know.</summary>
    public IReadOnlySet<string> UnknownColumns(StreamDefinition stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var custom = stream.Enrich.OfType<CustomEnrichment>().Where(c => !loaded.Contains(c.Name)).SelectMany(c => c.Add.Select(a => a.Name));
        return (lookups is null ? stream.Lookups.SelectMany(l => l.Add.Select(a => a.Key)).Concat(custom) : custom).ToHashSet(StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync() => lookups?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class AbsentEnrichers(string name) : IEnricherFactory
    {
        public string Name => name;

        public IEnricher Create(EnricherUse use) => new NullEnricher([.. use.Add.Select(c => c.Name)]);
    }
}
