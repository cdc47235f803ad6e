using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ingest.Functions.Tests;

public class IngestServicesTests
{
    [Fact]
    public void Settings_out_of_range_stop_the_app_with_all_of_them_by_name()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddIngest(Settings(
            ("Ingest:Decoding:MaxDepth", "0"), ("Ingest:Delivery:RepairBatchSize", "100000"), ("Ingest:Lookup:RetryDelay", "00:00:00"))));

        Assert.Contains("Ingest__Decoding__MaxDepth", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Ingest__Delivery__RepairBatchSize", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Ingest__Lookup__RetryDelay", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_start_is_refused_with_the_values_it_may_have()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddIngest(Settings(("Ingest:Start", "yesterday"))));

        Assert.Contains("'beginning' or 'now'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_repositorys_own_settings_give_a_complete_app()
    {
        var services = new ServiceCollection().AddLogging();
        var settings = Settings(("EventHub", "Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=s"), ("Data", "UseDevelopmentStorage=true"));
        await using var provider = services.AddSingleton(settings).AddIngest(settings).BuildServiceProvider(
            new ServiceProviderOptions { ValidateOnBuild = true });

        Assert.NotNull(provider.GetRequiredService<Ingest.Pipeline.IngestPipeline>());
    }

    [Fact]
    public async Task An_enricher_that_is_registered_as_a_service_is_made_when_the_app_starts_and_a_missing_one_stops_it()
    {
        var folder = Directory.CreateTempSubdirectory("ingest-services-");
        File.WriteAllText(Path.Combine(folder.FullName, "s.json"), """{ "properties": { "temperature": { "type": "number" }, "humidity": { "type": "number" } } }""");
        var streams = Path.Combine(folder.FullName, "streams.json");
        File.WriteAllText(streams, """{ "streams": [ { "name": "one", "schema": "s.json", "enrich": [ { "use": "heat-index", "add": { "felt": "number" } } ] } ] }""");
        var settings = Settings(("EventHub", "Endpoint=sb://localhost;SharedAccessKeyName=k;SharedAccessKey=s"), ("Data", "UseDevelopmentStorage=true"), ("Ingest:Streams", streams));

        await using var complete = new ServiceCollection().AddLogging().AddSingleton(settings)
            .AddSingleton<Ingest.Pipeline.Enrichment.IEnricherFactory, Contoso.Enrichers.HeatIndex>().AddIngest(settings).BuildServiceProvider();
        Assert.Single(complete.GetServices<IHostedService>().OfType<EnrichersAtStart>());

        await using var lacking = new ServiceCollection().AddLogging().AddSingleton(settings).AddIngest(settings).BuildServiceProvider();
        var failure = Assert.Throws<Ingest.Pipeline.Events.StreamConfigurationException>(() => lacking.GetServices<IHostedService>().ToList());
        Assert.Equal("streams.json(1): /streams/0/enrich/0: No enricher \"heat-index\" is registered.", failure.Message);
        folder.Delete(recursive: true);
    }

    private static IConfiguration Settings(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();
}
