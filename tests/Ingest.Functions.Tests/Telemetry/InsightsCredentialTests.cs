using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Ingest.Functions.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ingest.Functions.Tests.Telemetry;

[Collection(TelemetryCollection.Name)]
public class InsightsCredentialTests
{
    [Theory]
    [InlineData("Authorization=AAD")]
    [InlineData("ClientId=00000000-0000-0000-0000-000000000007; Authorization=aad")]
    public async Task The_exporter_signs_in_as_the_setting_says(string setting)
    {
        await using var app = await InstrumentedApp.StartAsync((InsightsCredential.Setting, setting));

        Assert.IsType<ManagedIdentityCredential>(app.Services.GetRequiredService<IOptions<AzureMonitorExporterOptions>>().Value.Credential);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_credential_and_nothing_is_sampled_beside_the_budget()
    {
        await using var app = await InstrumentedApp.StartAsync();
        var options = app.Services.GetRequiredService<IOptions<AzureMonitorExporterOptions>>().Value;

        Assert.Null(options.Credential);
        Assert.Equal((null, 1f, false, false), (options.TracesPerSecond, options.SamplingRatio, options.EnableTraceBasedLogsSampler, options.EnableStandardMetrics));
    }

    [Fact]
    public void Another_kind_of_authentication_is_refused_by_name()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "InstrumentationKey=x", [InsightsCredential.Setting] = "ClientId=7" }).Build();

        var failure = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddIngestInsights(settings));

        Assert.Equal($"{InsightsCredential.Setting} is 'ClientId=7'; it must be 'Authorization=AAD' or 'ClientId=…;Authorization=AAD'.", failure.Message);
    }

    [Fact]
    public void Without_a_connection_string_nothing_is_set_up()
    {
        var services = new ServiceCollection();

        services.AddIngestInsights(new ConfigurationBuilder().Build());

        Assert.Empty(services);
    }
}
