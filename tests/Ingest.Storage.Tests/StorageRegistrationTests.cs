using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ingest.Storage.Tests;

public sealed class StorageRegistrationTests
{
    [Fact]
    public async Task All_mistakes_in_the_settings_are_reported_at_once_when_the_host_starts()
    {
        using var host = HostWith(new()
        {
            ["Data:blobServiceUri"] = "contoso",
            ["Data:credential"] = "password",
            ["Ingest:Storage:RowGroupRows"] = "5",
            ["Ingest:Storage:LakeContainer"] = "UPPER",
            ["Ingest:Storage:ProgressTable"] = "1st",
            ["Ingest:Storage:NetworkTimeout"] = "01:00:00",
            ["Ingest:Storage:InitialConcurrency"] = "300",
            ["Ingest:Storage:OutageWait"] = "01:00:00",
        });

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        foreach (var setting in new[]
        {
            "Data__blobServiceUri", "Data__tableServiceUri", "Data__credential", "Ingest__Storage__RowGroupRows",
            "Ingest__Storage__LakeContainer", "Ingest__Storage__ProgressTable", "Ingest__Storage__NetworkTimeout",
            "Ingest__Storage__InitialConcurrency", "Ingest__Storage__OutageWait",
        })
        {
            Assert.Contains(setting, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_any_settings_the_message_says_what_to_set()
    {
        using var host = HostWith([]);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Data__blobServiceUri is missing", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("managedidentity", null)]
    [InlineData("managedidentity", "00000000-0000-0000-0000-000000000001")]
    public void Addresses_and_an_identity_give_clients_for_them(string? credential, string? clientId)
    {
        using var host = HostWith(new()
        {
            ["Data:blobServiceUri"] = "https://contoso.blob.core.windows.net",
            ["Data:tableServiceUri"] = "https://contoso.table.core.windows.net",
            ["Data:credential"] = credential,
            ["Data:clientId"] = clientId,
        });

        var clients = host.Services.GetRequiredService<StorageClients>();

        Assert.Equal(("contoso", "contoso"), (clients.Blobs.AccountName, clients.Tables.AccountName));
    }

    [Fact]
    public async Task Every_contract_of_the_pipeline_is_registered_once()
    {
        using var host = HostWith(new() { ["Data"] = "UseDevelopmentStorage=true" });
        await host.StartAsync();

        var services = host.Services;
        Assert.Same(services.GetRequiredService<ILake>(), services.GetRequiredService<ILake>());
        Assert.Same(services.GetRequiredService<ISegmentStore>(), services.GetRequiredService<ISegmentStore>());
        Assert.Same(services.GetRequiredService<IProgressStore>(), services.GetRequiredService<IProgressStore>());
        Assert.Same(services.GetRequiredService<IQuarantine>(), services.GetRequiredService<IQuarantine>());
        Assert.Same(services.GetRequiredService<ILookupSource>(), services.GetRequiredService<ILookupSource>());
        Assert.Equal(["table", "latest"], services.GetServices<ISink>().Select(sink => sink.Name));
        Assert.Equal(("lake", "quarantine"), (services.GetRequiredService<ISegmentStore>().LakeContainer, services.GetRequiredService<ISegmentStore>().QuarantineContainer));
        await host.StopAsync();
    }

    private static IHost HostWith(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddIngestStorage(builder.Configuration, _ => [LatestStream.Definition("Latest")]);
        return builder.Build();
    }
}
