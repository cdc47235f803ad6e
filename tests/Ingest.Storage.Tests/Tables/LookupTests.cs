using Ingest.Pipeline.Enrichment;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Tables;

[Collection(StorageCollection.Name)]
public sealed class LookupTests(AzuriteFixture fixture) : IDisposable
{
    private readonly LookupDefinition lookup = new("airports", "Airports" + Guid.NewGuid().ToString("N")[..12], TimeSpan.FromMinutes(5));
    private readonly TestStorage storage = new(fixture.Azurite);

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task What_is_written_is_what_is_loaded_with_keys_decoded_and_types_kept()
    {
        var day = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        var rows = Enumerable.Range(0, 250).ToDictionary(i => $"A/{i}|B#?%", i => (IReadOnlyDictionary<string, object>)new Dictionary<string, object>
        {
            ["city"] = "Größe " + i, ["latitude"] = i / 3.0, ["runways"] = i, ["passengers"] = 5_000_000_000L + i, ["open"] = i % 2 == 0,
            ["since"] = day, ["uuid"] = Batches.Uuid(i), ["logo"] = new byte[] { 1, 2, (byte)i },
        });

        Assert.Equal(250, await storage.LookupWriter.WriteAsync(lookup, rows, default));
        await storage.LookupWriter.WriteAsync(lookup with { Name = "other" }, [rows.First()], default);
        var loaded = await storage.Lookups.LoadAsync(lookup, default);

        Assert.Equal(rows.Keys.Order(), loaded.Keys.Order());
        foreach (var (key, row) in rows)
        {
            Assert.Equal(row.OrderBy(p => p.Key), loaded[key].OrderBy(p => p.Key));
        }
    }

    [Fact]
    public async Task Writing_again_replaces_and_a_key_that_occurs_twice_is_written_once()
    {
        static KeyValuePair<string, IReadOnlyDictionary<string, object>> Row(string key, string property, object value) =>
            new(key, new Dictionary<string, object> { [property] = value });
        await storage.LookupWriter.WriteAsync(lookup, [Row("a", "old", 1)], default);

        Assert.Equal(1, await storage.LookupWriter.WriteAsync(lookup, [Row("a", "new", 2), Row("a", "new", 3)], default));

        var row = Assert.Single(await storage.Lookups.LoadAsync(lookup, default));
        Assert.Equal(KeyValuePair.Create("new", (object)3), Assert.Single(row.Value));
    }

    [Fact]
    public async Task A_lookup_that_nobody_filled_is_empty() => Assert.Empty(await storage.Lookups.LoadAsync(lookup, default));
}
