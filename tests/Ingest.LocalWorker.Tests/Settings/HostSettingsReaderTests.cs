using System.Text;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Extensions.Configuration;

namespace Ingest.LocalWorker.Tests.Settings;

public sealed class HostSettingsReaderTests
{
    [Fact]
    public void An_empty_file_means_the_official_defaults()
    {
        var settings = Parse("{}");

        Assert.Equal((100, 1, TimeSpan.FromMinutes(1), 1, 300), (
            settings.EventHubs.MaxEventBatchSize, settings.EventHubs.MinEventBatchSize, settings.EventHubs.MaxWaitTime, settings.EventHubs.BatchCheckpointFrequency, settings.EventHubs.PrefetchCount));
        Assert.Equal(InitialOffset.FromStart, settings.EventHubs.InitialOffset);
        Assert.Null(settings.Retry);
        Assert.Equal("api", settings.RoutePrefix);
    }

    [Fact]
    public void Every_value_is_read_whatever_its_case_and_comments_are_skipped()
    {
        var settings = Parse("""
            {
              // What the host reads.
              "version": "2.0",
              "functionTimeout": "00:10:00",
              "retry": { "strategy": "exponentialBackoff", "maxRetryCount": -1, "minimumInterval": "00:00:01", "maximumInterval": "00:01:00" },
              "extensions": {
                "http": { "routePrefix": "" },
                "EventHubs": {
                  "maxEventBatchSize": 2000, "minEventBatchSize": 500, "maxWaitTime": "00:00:02", "batchCheckpointFrequency": 4,
                  "prefetchCount": 8000, "initialOffsetOptions": { "type": "fromEnqueuedTime", "enqueuedTimeUtc": "2026-11-23T06:00:00Z" },
                },
              },
            }
            """);

        Assert.Equal((2000, 500, TimeSpan.FromSeconds(2), 4, 8000), (
            settings.EventHubs.MaxEventBatchSize, settings.EventHubs.MinEventBatchSize, settings.EventHubs.MaxWaitTime, settings.EventHubs.BatchCheckpointFrequency, settings.EventHubs.PrefetchCount));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero), settings.EventHubs.EnqueuedTime);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.FunctionTimeout);
        Assert.Equal(new ExponentialBackoffRetry(-1, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)), settings.Retry);
        Assert.Equal("", settings.RoutePrefix);
    }

    [Fact]
    public void Minus_one_is_an_unlimited_function_timeout() => Assert.Null(Parse("""{ "functionTimeout": "-1" }""").FunctionTimeout);

    [Fact]
    public void Every_mistake_is_named_at_once()
    {
        var refusal = Assert.Throws<FunctionSetupException>(() => Parse("""
            { "extensions": { "eventHubs": { "maxEventBatchSize": 0, "minEventBatchSize": 9, "maxWaitTime": "soon", "initialOffsetOptions": { "type": "fromMiddle" } } },
              "retry": { "strategy": "sometimes" } }
            """));

        Assert.All(["maxEventBatchSize", "minEventBatchSize", "maxWaitTime", "initialOffsetOptions", "strategy"], name => Assert.Contains(name, refusal.Message));
    }

    [Fact]
    public void A_file_that_is_not_JSON_is_refused() => Assert.Throws<FunctionSetupException>(() => Parse("{"));

    [Fact]
    public void Settings_of_the_job_host_stand_above_the_file()
    {
        var settings = Parse(
            """{ "functionTimeout": "00:10:00", "extensions": { "eventHubs": { "maxEventBatchSize": 2000, "prefetchCount": 7 } } }""",
            ("AzureFunctionsJobHost:FunctionTimeout", "00:00:12"),
            ("AzureFunctionsJobHost:extensions:eventHubs:maxEventBatchSize", "50"),
            ("AzureFunctionsJobHost:extensions:http:routePrefix", "x"));

        Assert.Equal((TimeSpan.FromSeconds(12), 50, 7, "x"), (settings.FunctionTimeout, settings.EventHubs.MaxEventBatchSize, settings.EventHubs.PrefetchCount, settings.RoutePrefix));
    }

    private static HostSettings Parse(string json, params (string Key, string Value)[] settings) => HostSettingsReader.Parse(
        Encoding.UTF8.GetBytes(json),
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());
}
