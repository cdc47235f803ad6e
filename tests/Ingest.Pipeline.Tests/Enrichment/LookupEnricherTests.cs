using System.Text;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Pipeline.Tests.Enrichment;

public sealed class LookupEnricherTests
{
    [Fact]
    public async Task A_missing_row_or_property_or_key_leaves_a_null()
    {
        await using var lookup = new LookupFixture();
        var sites = lookup.SitesOfAsync("d1", "nobody", null, "d2", "d1");
        await lookup.Source.AnswerAsync(("d1", "Site", "Berlin"), ("d2", "Other", "x"));

        Assert.Equal(["Berlin", null, null, null, "Berlin"], await sites);
    }

    [Fact]
    public async Task A_missing_row_is_quarantined_where_the_stream_says_so_and_its_neighbours_are_unharmed()
    {
        await using var lookup = new LookupFixture(quarantineMissing: true);
        var batch = LookupFixture.BatchOf("d1", "nobody", null, "gone", "d1");
        batch.Exclude(3, new Fault(FaultStage.Validate, FaultCode.Schema, "refused before"));

        var enriching = lookup.Enricher.EnrichAsync(batch, CancellationToken.None);
        await lookup.Source.AnswerAsync(("d1", "Site", "Berlin"));
        await enriching;

        Assert.Equal(["Berlin", null, null, null, "Berlin"], LookupFixture.Texts(batch, "site"));
        Assert.Equal([1, 2, 3], batch.Excluded.Keys.Order());
        Assert.Equal(new Fault(FaultStage.Enrich, FaultCode.LookupMissing, "Lookup \"devices\" has no row \"nobody\".", "/key"), batch.Excluded[1]);
        Assert.Equal("Lookup \"devices\" cannot be asked: /key is null, or holds the separator |.", batch.Excluded[2].Detail);
        Assert.Equal("refused before", batch.Excluded[3].Detail);
    }

    [Fact]
    public async Task Several_keys_of_all_key_types_are_joined_by_a_bar()
    {
        var id = new Guid("7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0");
        var batch = ThreeKeys();
        AppendKeys(batch, "Zürich", -5, id);
        AppendKeys(batch, "a|b", 1, id);
        AppendKeys(batch, "", long.MinValue, Guid.Empty);

        await EnrichAsync(batch, ["text", "number", "uuid"],
            ("Zürich|-5|7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0", "v", "first"),
            ("a|b|1|7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0", "v", "ambiguous"),
            ("|-9223372036854775808|00000000-0000-0000-0000-000000000000", "v", "third"));

        // A value that holds the bar could be mistaken for two, so its record has no match.
        Assert.Equal(["first", null, "third"], LookupFixture.Texts(batch, "site"));
    }

    [Fact]
    public async Task A_single_key_may_hold_a_bar()
    {
        var batch = ThreeKeys();
        AppendKeys(batch, "a|b", 1, Guid.Empty);
        await EnrichAsync(batch, ["text"], ("a|b", "v", "found"));
        Assert.Equal(["found"], LookupFixture.Texts(batch, "site"));
    }

    [Fact]
    public async Task A_key_longer_than_the_first_buffer_is_found()
    {
        var key = new string('k', 100_000);
        var batch = ThreeKeys();
        AppendKeys(batch, key, 7, Guid.Empty);
        await EnrichAsync(batch, ["number", "text"], ($"7|{key}", "v", "found"));
        Assert.Equal(["found"], LookupFixture.Texts(batch, "site"));
    }

    public static TheoryData<object, string> Properties => new()
    {
        { "text", "text" },
        { 5, "5" },
        { -7L, "-7" },
        { 0.1, "0.1" },
        { 1e300, "1E+300" },
        { true, "true" },
        { new DateTimeOffset(2026, 11, 23, 7, 0, 0, 500, TimeSpan.FromHours(1)), "2026-11-23T06:00:00.5Z" },
        { new Guid("7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0"), "7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0" },
        { new byte[] { 1, 2, 3 }, "AQID" },
    };

    [Theory]
    [MemberData(nameof(Properties))]
    public async Task Properties_of_every_type_become_invariant_text(object value, string text)
    {
        var batch = ThreeKeys();
        AppendKeys(batch, "k", 1, Guid.Empty);
        await EnrichAsync(batch, ["text"], ("k", "v", value));
        Assert.Equal([text], LookupFixture.Texts(batch, "site"));
    }

    [Fact]
    public async Task Two_enrichments_of_one_lookup_share_one_load()
    {
        var lookup = LookupFixture.Devices;
        var enrichments = new[]
        {
            new LookupEnrichment(lookup, ["from"], [new("from_city", "city")], false),
            new LookupEnrichment(lookup, ["to"], [new("to_city", "city"), new("to_state", "state")], false),
        };
        var source = new ScriptedLookupSource();
        await using var caches = new LookupCaches(enrichments, source, new RecordingLookupObserver(), new LookupOptions(), new FakeTimeProvider());
        var batch = new RecordBatch(
            "routes", "v", [new("from", ColumnType.String), new("to", ColumnType.String)],
            [new("from_city", ColumnType.String), new("to_city", ColumnType.String), new("to_state", ColumnType.String)]);
        ((BytesColumn)batch["from"]).Append("DTW"u8);
        ((BytesColumn)batch["to"]).Append("LAS"u8);
        LookupFixture.Commit(batch, 0);

        var answer = source.AnswerAsync(("DTW", "city", "Detroit"), ("DTW", "state", "MI"), ("LAS", "city", "Las Vegas"), ("LAS", "state", "NV"));
        foreach (var enricher in enrichments.Select(caches.EnricherOf))
        {
            await enricher.EnrichAsync(batch, CancellationToken.None);
        }

        await answer;
        Assert.Equal(1, source.Loads);
        Assert.Equal(["Detroit"], LookupFixture.Texts(batch, "from_city"));
        Assert.Equal(["Las Vegas"], LookupFixture.Texts(batch, "to_city"));
        Assert.Equal(["NV"], LookupFixture.Texts(batch, "to_state"));
    }

    [Fact]
    public async Task Rows_cost_no_allocation()
    {
        await using var lookup = new LookupFixture();
        var few = LookupFixture.BatchOf([.. Enumerable.Repeat("d1", 10)]);
        var first = lookup.Enricher.EnrichAsync(few, CancellationToken.None);
        await lookup.Source.AnswerAsync(("d1", "Site", "x"));
        await first;

        // 250 rows fit the columns' first buffers, so that only rows could make a difference.
        Assert.Equal(Allocated(25), Allocated(250));

        // The least of several: what the runtime sets up on the way is not the rows' cost.
        long Allocated(int rows) => Enumerable.Range(0, 8).Min(_ => AllocatedOnce(LookupFixture.BatchOf([.. Enumerable.Repeat("d1", rows)])));

        long AllocatedOnce(RecordBatch batch)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var done = lookup.Enricher.EnrichAsync(batch, CancellationToken.None);
            var after = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(done.IsCompletedSuccessfully);
            return after - before;
        }
    }

    [Fact]
    public async Task A_batch_cannot_be_enriched_twice()
    {
        await using var lookup = new LookupFixture();
        var batch = LookupFixture.BatchOf("d1");
        var first = lookup.Enricher.EnrichAsync(batch, CancellationToken.None);
        await lookup.Source.AnswerAsync(("d1", "Site", "x"));
        await first;

        await Assert.ThrowsAsync<InvalidOperationException>(() => lookup.Enricher.EnrichAsync(batch, CancellationToken.None));
    }

    private static RecordBatch ThreeKeys() => new(
        "one", "v", [new("text", ColumnType.String), new("number", ColumnType.Int64), new("uuid", ColumnType.Uuid)], [new("site", ColumnType.String)]);

    private static void AppendKeys(RecordBatch batch, string text, long number, Guid uuid)
    {
        ((BytesColumn)batch["text"]).Append(Encoding.UTF8.GetBytes(text));
        ((Int64Column)batch["number"]).Append(number);
        ((UuidColumn)batch["uuid"]).Append(System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(uuid.ToByteArray(bigEndian: true)));
        LookupFixture.Commit(batch, batch.RowCount);
    }

    private static async Task EnrichAsync(RecordBatch batch, string[] on, params (string Key, string Property, object Value)[] rows)
    {
        var enrichment = new LookupEnrichment(LookupFixture.Devices, on, [new("site", "v")], false);
        var source = new ScriptedLookupSource();
        await using var caches = new LookupCaches([enrichment], source, new RecordingLookupObserver(), new LookupOptions(), new FakeTimeProvider());
        var enriching = caches.EnricherOf(enrichment).EnrichAsync(batch, CancellationToken.None);
        await source.AnswerAsync(rows);
        await enriching;
    }
}
