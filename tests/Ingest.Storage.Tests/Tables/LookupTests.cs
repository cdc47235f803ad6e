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
        var loaded = await LoadAsync("city", "latitude", "runways", "passengers", "open", "since", "uuid", "logo");

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

        var row = Assert.Single(await LoadAsync("old", "new"));
        Assert.Equal(KeyValuePair.Create("new", (object)3), Assert.Single(row.Value));
    }

    [Fact]
    public async Task A_lookup_that_nobody_filled_is_empty() => Assert.Empty(await LoadAsync("city"));

    [Fact]
    public async Task Keys_and_etags_come_without_the_properties_and_an_etag_changes_with_its_row()
    {
        Dictionary<string, IReadOnlyDictionary<string, object>> rows = new()
        {
            ["a"] = new Dictionary<string, object> { ["city"] = "Austin" },
            ["b"] = new Dictionary<string, object> { ["city"] = "Boston" },
        };
        await storage.LookupWriter.WriteAsync(lookup, rows, default);
        var whole = await ReadAsync("city");
        var first = await ReadAsync();
        await storage.LookupWriter.WriteAsync(lookup, [rows.Last()], default);
        var second = await ReadAsync();

        Assert.All(whole.Concat(first), row => Assert.NotNull(row.ETag));
        Assert.Equal(whole.Select(r => (r.Key, r.ETag)), first.Select(r => (r.Key, r.ETag)));
        Assert.All(first, row => Assert.Empty(row.Properties));
        Assert.Equal(["a", "b"], second.Select(r => r.Key));
        Assert.Equal(first[0].ETag, second[0].ETag);
        Assert.NotEqual(first[1].ETag, second[1].ETag);
    }

    private async Task<Dictionary<string, IReadOnlyDictionary<string, object>>> LoadAsync(params string[] properties) =>
        (await ReadAsync(properties)).ToDictionary(row => row.Key, row => row.Properties);

    private async Task<List<LookupRow>> ReadAsync(params string[] properties)
    {
        var rows = new List<LookupRow>();
        await foreach (var row in storage.Lookups.ReadAsync(lookup, properties, default))
        {
            rows.Add(row);
        }

        return rows;
    }
}
