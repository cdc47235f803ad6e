using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.Settings;

public sealed class AppSettingsTests
{
    [Fact]
    public async Task Values_of_local_settings_become_configuration_and_environment_variables_win()
    {
        var contested = "INGEST_TEST_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(contested, "environment");
        IConfiguration? seen = null;
        await using var app = LocalApp.Build(
            [],
            new Dictionary<string, string?> { [contested] = "file", ["Ingest__Streams"] = "streams.json" },
            configure: builder => seen = builder.Configuration);

        Assert.Equal("environment", seen![contested]);
        Assert.Equal("streams.json", seen["Ingest:Streams"]);
        Environment.SetEnvironmentVariable(contested, null);
    }

    [Fact]
    public void The_builder_finds_the_functions_of_its_calling_assembly()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.Services.AddSingleton(new Script());
        using var host = builder.Build();

        var names = host.Services.GetRequiredService<FunctionCatalog>().Functions.Select(function => function.Name);

        Assert.Equal("Ingest.LocalWorker.Tests", builder.Environment.ApplicationName);
        Assert.Superset(new HashSet<string> { "Batches", "Singles", "ThreeRetries" }, names.ToHashSet());
    }

    [Fact]
    public async Task Settings_that_triggers_need_are_all_named_when_they_are_missing()
    {
        var refusal = await Assert.ThrowsAsync<FunctionSetupException>(() => LocalApp.StartAsync(
            [typeof(BatchFunctions), typeof(SingleEventFunctions)],
            new Dictionary<string, string?> { ["Group"] = "readers" },
            configure: builder => builder.Services.AddSingleton(new Script())));

        Assert.Contains("Batches: the connection 'EventHub' is missing", refusal.Message);
        Assert.Contains("Singles: ", refusal.Message);
    }

    [Theory]
    [InlineData("AzureWebJobs.Batches.Disabled", "true")]
    [InlineData("AzureWebJobs.Batches.Disabled", "1")]
    [InlineData("AzureWebJobs__Batches__Disabled", "True")]
    public async Task A_disabled_function_needs_no_settings_and_does_not_run(string setting, string value)
    {
        var script = new Script();
        await using var app = await LocalApp.StartAsync(
            [typeof(BatchFunctions)],
            new Dictionary<string, string?> { [setting] = value },
            configure: builder => builder.Services.AddSingleton(script));

        Assert.False(script.HasMore);
    }

    [Fact]
    public void Placeholders_are_replaced_wherever_they_stand()
    {
        var settings = Resolver(new() { ["Stage"] = "test", ["Hub"] = "telemetry" });

        Assert.Equal("telemetry-test", settings.Resolve("%Hub%-%stage%"));
        Assert.Equal("plain", settings.Resolve("plain"));
        Assert.Contains("'Missing'", Assert.Throws<FunctionSetupException>(() => settings.Resolve("%Missing%")).Message);
    }

    [Fact]
    public void A_connection_is_a_value_or_a_section_and_the_host_prefix_comes_first()
    {
        var settings = Resolver(new()
        {
            ["A"] = "plain",
            ["B:fullyQualifiedNamespace"] = "n.servicebus.windows.net",
            ["AzureWebJobsC"] = "prefixed",
            ["C"] = "unprefixed",
            ["ConnectionStrings:D"] = "listed",
        });

        Assert.Equal("plain", settings.Connection("A").Value);
        Assert.Equal("n.servicebus.windows.net", settings.Connection("B")["fullyQualifiedNamespace"]);
        Assert.Equal("prefixed", settings.Connection("C").Value);
        Assert.Equal("listed", settings.Connection("D").Value);
        Assert.Throws<FunctionSetupException>(() => settings.Connection("E"));
        Assert.Throws<FunctionSetupException>(() => settings.Connection(null));
    }

    [Fact]
    public void Options_of_the_local_worker_out_of_range_are_all_named()
    {
        var refusal = Assert.Throws<FunctionSetupException>(() => LocalApp.Build([], new Dictionary<string, string?>
        {
            ["LocalWorker__OwnershipExpiration"] = "00:00:00.100",
            ["LocalWorker__PrefetchMegabytes"] = "0",
        }));

        Assert.Contains("OwnershipExpiration", refusal.Message);
        Assert.Contains("PrefetchMegabytes", refusal.Message);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_on_purpose_is_the_applications_own_clock()
    {
        await using var app = LocalApp.Build(
            [],
            new Dictionary<string, string?> { ["LocalWorker__ClockOffset"] = "-00:07:00" },
            configure: builder => builder.Services.AddSingleton(TimeProvider.System));

        var behind = TimeProvider.System.GetUtcNow() - app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        Assert.InRange(behind, TimeSpan.FromMinutes(6.9), TimeSpan.FromMinutes(7.1));
    }

    private static SettingResolver Resolver(Dictionary<string, string?> settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
