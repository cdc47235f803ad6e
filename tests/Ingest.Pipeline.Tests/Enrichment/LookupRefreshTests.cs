using System.Runtime.CompilerServices;
using Ingest.Pipeline.Enrichment;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Pipeline.Tests.Enrichment;

/// <summary>A refresh asks for keys and ETags first.</summary>
public sealed class LookupRefreshTests
{
    private static readonly LookupEnrichment Enrichment = new(LookupFixture.Devices, ["key"], [new("site", "Site")], false) { OnPointers = ["/key"] };

    private readonly FakeTimeProvider clock = new();
    private readonly RecordingLookupObserver observer = new();

    [Fact]
    public async Task Rows_whose_etags_are_the_same_are_not_read_again()
    {
        var table = new Table(("d1", "1", "Berlin"), ("d2", "1", "Paris"));
        await using var caches = new LookupCaches([Enrichment], table, observer, new LookupOptions(), clock);
        Assert.Equal(["Berlin", "Paris"], await SitesAsync(caches));
        await observer.NextLoadAsync();

        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["Berlin", "Paris"], await SitesAsync(caches));
        await observer.NextUnchangedAsync();
        Assert.Equal(["Site", ""], table.Reads);

        // Fresh again: the next batch asks nothing.
        Assert.Equal(["Berlin", "Paris"], await SitesAsync(caches));
        Assert.Equal(2, table.Reads.Count);
    }

    [Theory]
    [InlineData("d1", "2", "Rome")]
    [InlineData("d3", "1", "Rome")]
    public async Task A_changed_or_a_new_row_is_found_by_its_etag(string key, string etag, string site)
    {
        var table = new Table(("d1", "1", "Berlin"));
        await using var caches = new LookupCaches([Enrichment], table, observer, new LookupOptions(), clock);
        await SitesAsync(caches);
        await observer.NextLoadAsync();

        table.Put(key, etag, site);
        clock.Advance(TimeSpan.FromMinutes(5));
        await SitesAsync(caches);
        await observer.NextLoadAsync();

        Assert.Equal([key == "d1" ? "Rome" : "Berlin", null], await SitesAsync(caches));
        Assert.Equal(["Site", "", "Site"], table.Reads);
    }

    [Fact]
    public async Task A_row_that_is_gone_is_found_by_its_absence()
    {
        var table = new Table(("d1", "1", "Berlin"), ("d2", "1", "Paris"));
        await using var caches = new LookupCaches([Enrichment], table, observer, new LookupOptions(), clock);
        await SitesAsync(caches);
        await observer.NextLoadAsync();

        table.Remove("d2");
        clock.Advance(TimeSpan.FromMinutes(5));
        await SitesAsync(caches);
        await observer.NextLoadAsync();

        Assert.Equal(["Berlin", null], await SitesAsync(caches));
    }

    [Fact]
    public async Task A_lookup_larger_than_its_memory_is_left_after_the_rows_that_fit()
    {
        var endless = new Endless();
        await using var caches = new LookupCaches([Enrichment], endless, observer, new LookupOptions { MaxBytes = 100_000 }, clock);

        var refused = await Assert.ThrowsAsync<LookupTooLargeException>(() => SitesAsync(caches));

        Assert.Matches("more rows than the [0-9]{3,4} that fit into 100000 bytes", refused.Message);
        Assert.InRange(endless.Read, 100, 5000);
    }

    private static async Task<IReadOnlyList<string?>> SitesAsync(LookupCaches caches)
    {
        var batch = LookupFixture.BatchOf("d1", "d2");
        await caches.EnricherOf(Enrichment).EnrichAsync(batch, default);
        return LookupFixture.Texts(batch, "site");
    }

    private sealed class Table(params (string Key, string ETag, string Site)[] rows) : ILookupSource
    {
        private readonly SortedDictionary<string, (string ETag, string Site)> rows = new(rows.ToDictionary(r => r.Key, r => (r.ETag, r.Site)));

        /// <summary>The properties that were asked for, read by read.</summary>
        public List<string> Reads { get; } = [];

        public void Put(string key, string etag, string site) => rows[key] = (etag, site);

        public void Remove(string key) => rows.Remove(key);

        public async IAsyncEnumerable<LookupRow> ReadAsync(
            LookupDefinition lookup, IReadOnlyCollection<string> properties, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Reads.Add(string.Join(',', properties));
            await Task.Yield();
            foreach (var (key, row) in rows)
            {
                yield return new LookupRow(key, row.ETag, properties.ToDictionary(p => p, _ => (object)row.Site));
            }
        }
    }

    private sealed class Endless : ILookupSource
    {
        public int Read { get; private set; }

        public async IAsyncEnumerable<LookupRow> ReadAsync(
            LookupDefinition lookup, IReadOnlyCollection<string> properties, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            while (true)
            {
                yield return new LookupRow($"device-{Read++}", "1", new Dictionary<string, object> { ["Site"] = $"site-{Read}" });
            }
        }
    }
}
