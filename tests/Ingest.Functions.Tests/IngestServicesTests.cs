using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

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

    private static IConfiguration Settings(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();
}
