namespace Ingest.Pipeline.Enrichment;

/// <summary>One cache a lookup, for all streams and partitions, holding only the properties that some stream uses.</summary>
public sealed class LookupCaches : IAsyncDisposable
{
    private readonly Dictionary<string, LookupCache> caches;

    /// <param name="enrichments">The lookups of every stream: <c>catalog.Streams.SelectMany(s =&gt; s.Lookups)</c>.</param>
    public LookupCaches(
        IEnumerable<LookupEnrichment> enrichments, ILookupSource source, ILookupObserver observer, LookupOptions options, TimeProvider time) =>
        caches = enrichments
            .GroupBy(e => e.Lookup.Name, StringComparer.Ordinal)
            .ToDictionary(
                uses => uses.Key,
                uses => new LookupCache(
                    uses.First().Lookup,
                    uses.SelectMany(u => u.Add).Select(a => a.Value).ToHashSet(StringComparer.Ordinal),
                    source, observer, options, time),
                StringComparer.Ordinal);

    /// <summary>The enricher of one of the enrichments that the caches were made for. It belongs to the caches and lives as long as these.</summary>
    public IEnricher EnricherOf(LookupEnrichment enrichment)
    {
        ArgumentNullException.ThrowIfNull(enrichment);
        return new LookupEnricher(enrichment, caches[enrichment.Lookup.Name]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in caches.Values)
        {
            await cache.DisposeAsync();
        }
    }
}
