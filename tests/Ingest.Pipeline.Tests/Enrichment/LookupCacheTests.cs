using Ingest.Pipeline.Enrichment;

namespace Ingest.Pipeline.Tests.Enrichment;

public sealed class LookupCacheTests
{
    [Fact]
    public async Task Nothing_is_read_before_the_first_batch_and_then_once_for_all_that_wait()
    {
        await using var lookup = new LookupFixture();
        Assert.Equal(0, lookup.Source.Loads);

        var batches = Enumerable.Range(0, 50).Select(_ => Task.Run(() => lookup.SitesOfAsync("d1"))).ToArray();
        await lookup.Source.AnswerAsync(("d1", "Site", "Berlin"));

        Assert.All(await Task.WhenAll(batches), sites => Assert.Equal(["Berlin"], sites));
        Assert.Equal(1, lookup.Source.Loads);
    }

    [Fact]
    public async Task Rows_are_read_again_after_the_refresh_time_while_batches_go_on_with_the_old_ones()
    {
        await using var lookup = new LookupFixture();
        await LoadAsync(lookup, "old");

        lookup.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(["old"], await lookup.SitesOfAsync("d1"));
        Assert.Equal(1, lookup.Source.Loads);

        lookup.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["old"], await lookup.SitesOfAsync("d1"));
        var refresh = await lookup.Source.NextAsync();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => lookup.SitesOfAsync("d1"))), sites => Assert.Equal(["old"], sites));
        Assert.Equal(2, lookup.Source.Loads);

        refresh.SetResult(new Dictionary<string, IReadOnlyDictionary<string, object>> { ["d1"] = new Dictionary<string, object> { ["Site"] = "new" } });
        await lookup.Observer.NextLoadAsync();
        Assert.Equal(["new"], await lookup.SitesOfAsync("d1"));
        Assert.Equal(1, lookup.Source.MostInFlight);
    }

    [Fact]
    public async Task Old_rows_stay_in_use_when_a_refresh_fails_and_it_is_tried_again_after_the_retry_delay()
    {
        await using var lookup = new LookupFixture();
        await LoadAsync(lookup, "old");
        lookup.Clock.Advance(TimeSpan.FromMinutes(7));
        var broken = new IOException("the table is away");

        Assert.Equal(["old"], await lookup.SitesOfAsync("d1"));
        await lookup.Source.FailAsync(broken);
        var failure = await lookup.Observer.NextFailureAsync();
        Assert.Equal((broken, TimeSpan.FromMinutes(7)), failure);

        lookup.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(["old"], await lookup.SitesOfAsync("d1"));
        Assert.Equal(2, lookup.Source.Loads);

        lookup.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["old"], await lookup.SitesOfAsync("d1"));
        await lookup.Source.AnswerAsync(("d1", "Site", "new"));
        await lookup.Observer.NextLoadAsync();
        Assert.Equal(["new"], await lookup.SitesOfAsync("d1"));
    }

    [Fact]
    public async Task A_failed_first_load_throws_to_all_that_wait_and_the_next_batch_tries_again()
    {
        await using var lookup = new LookupFixture();
        var waiting = new[] { lookup.SitesOfAsync("d1"), lookup.SitesOfAsync("d1") };
        await lookup.Source.FailAsync(new IOException("the table is away"));
        foreach (var batch in waiting)
        {
            await Assert.ThrowsAsync<IOException>(() => batch);
        }

        Assert.Equal(1, lookup.Source.Loads);
        var again = lookup.SitesOfAsync("d1");
        await lookup.Source.AnswerAsync(("d1", "Site", "Berlin"));
        Assert.Equal(["Berlin"], await again);
    }

    [Fact]
    public async Task A_cancelled_batch_stops_waiting_and_does_not_stop_the_load_of_the_others()
    {
        await using var lookup = new LookupFixture();
        using var cancelled = new CancellationTokenSource();
        var impatient = lookup.Enricher.EnrichAsync(LookupFixture.BatchOf("d1"), cancelled.Token);
        var patient = lookup.SitesOfAsync("d1");

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        await lookup.Source.AnswerAsync(("d1", "Site", "Berlin"));
        Assert.Equal(["Berlin"], await patient);
        Assert.Equal(1, lookup.Source.Loads);
    }

    [Fact]
    public async Task Disposing_stops_a_load_in_flight()
    {
        var lookup = new LookupFixture();
        var waiting = lookup.SitesOfAsync("d1");
        await lookup.Source.NextAsync();

        await lookup.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => lookup.SitesOfAsync("d1"));
    }

    [Fact]
    public async Task A_lookup_beyond_its_memory_holds_at_first_and_keeps_the_old_rows_later()
    {
        await using var lookup = new LookupFixture(options: new LookupOptions { MaxBytes = 4096 });
        var many = Enumerable.Range(0, 100).Select(i => ($"device-{i}", "Site", (object)$"site-{i}")).ToArray();

        var first = lookup.SitesOfAsync("d1");
        await lookup.Source.AnswerAsync(many);
        var refused = await Assert.ThrowsAsync<LookupTooLargeException>(() => first);
        Assert.Matches("^Lookup \"devices\" \\(table Devices\\) has more rows than the [1-9][0-9] that fit into 4096 bytes\\. .*Ingest__Lookup__MaxBytes", refused.Message);

        await LoadAsync(lookup, "Berlin");
        lookup.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["Berlin"], await lookup.SitesOfAsync("d1"));
        await lookup.Source.AnswerAsync(many);
        Assert.IsType<LookupTooLargeException>((await lookup.Observer.NextFailureAsync()).Exception);
        Assert.Equal(["Berlin"], await lookup.SitesOfAsync("d1"));
    }

    [Fact]
    public async Task Only_properties_that_a_stream_uses_take_memory()
    {
        await using var lookup = new LookupFixture();
        var loading = lookup.SitesOfAsync("d1");
        await lookup.Source.AnswerAsync(("d1", "Site", "Berlin"), ("d1", "Notes", new string('x', 100_000)));

        Assert.Equal(["Berlin"], await loading);
        Assert.InRange((await lookup.Observer.NextLoadAsync()).Bytes, 1, 1000);
    }

    private static async Task LoadAsync(LookupFixture lookup, string site)
    {
        var loading = lookup.SitesOfAsync("d1");
        await lookup.Source.AnswerAsync(("d1", "Site", site));
        Assert.Equal([site], await loading);
        await lookup.Observer.NextLoadAsync();
    }
}
