using System.Reflection;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.Functions.Tests;

public class FunctionTests
{
    private static readonly IReadOnlyList<MethodInfo> Functions =
        [.. typeof(IngestTelemetry).Assembly.GetTypes().SelectMany(t => t.GetMethods()).Where(m => m.GetCustomAttribute<FunctionAttribute>() is not null)];

    [Fact]
    public void Every_event_hub_trigger_retries_for_ever()
    {
        var triggered = Functions.Where(m => m.GetParameters().Any(p => p.GetCustomAttribute<EventHubTriggerAttribute>() is not null)).ToList();

        Assert.NotEmpty(triggered);
        Assert.All(triggered, method =>
        {
            var retry = method.GetCustomAttribute<ExponentialBackoffRetryAttribute>();
            Assert.NotNull(retry);
            Assert.Equal(-1, retry.MaxRetryCount);
            var (minimum, maximum) = (TimeSpan.Parse(retry.MinimumInterval), TimeSpan.Parse(retry.MaximumInterval));
            Assert.InRange(minimum, TimeSpan.FromMilliseconds(100), maximum);
            Assert.InRange(maximum, minimum, TimeSpan.FromMinutes(5));
        });
    }

    [Fact]
    public void Event_hub_triggers_bind_arrays_of_event_data_and_nothing_else()
    {
        var parameters = Functions.SelectMany(m => m.GetParameters()).Where(p => p.GetCustomAttribute<EventHubTriggerAttribute>() is not null);

        Assert.All(parameters, p => Assert.Equal(typeof(EventData[]), p.ParameterType));
    }

    [Fact]
    public void Only_health_is_open_to_everybody()
    {
        var levels = Functions.SelectMany(m => m.GetParameters().Select(p => (m.GetCustomAttribute<FunctionAttribute>()!.Name, p.GetCustomAttribute<HttpTriggerAttribute>()?.AuthLevel)))
            .Where(f => f.AuthLevel is not null).ToDictionary(f => f.Name, f => f.AuthLevel);

        Assert.Equal(
            new Dictionary<string, AuthorizationLevel?> { ["Health"] = AuthorizationLevel.Anonymous, ["Status"] = AuthorizationLevel.Function }.OrderBy(f => f.Key),
            levels.OrderBy(f => f.Key));
    }

    [Fact]
    public void Host_json_reads_from_the_start_and_checkpoints_every_batch()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));
        var hubs = host.RootElement.GetProperty("extensions").GetProperty("eventHubs");

        Assert.Equal("fromStart", hubs.GetProperty("initialOffsetOptions").GetProperty("type").GetString());
        Assert.Equal(1, hubs.GetProperty("batchCheckpointFrequency").GetInt32());
        Assert.True(hubs.GetProperty("minEventBatchSize").GetInt32() < hubs.GetProperty("maxEventBatchSize").GetInt32());
    }
}
