using System.Text.Json;
using Azure.Messaging.EventHubs;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

[Collection(WorkerCollection.Name)]
public sealed class BindingDataTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_partition_context_and_the_arrays_are_JSON_under_names_that_ignore_case()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite, partitions: 2);
        hub.Hub[1].Append("{}"u8, partitionKey: "key", applicationProperties: new Dictionary<string, object> { ["type"] = "telemetry" });
        hub.Append(1, 1);
        var script = new Script();
        await using var app = await LocalApp.StartAsync(
            [typeof(BatchFunctions)], hub.Settings, configure: builder => builder.Services.AddSingleton(script));

        var attempt = await script.NextAsync();

        var data = attempt.Context.BindingContext.BindingData;
        var partition = Json(data["partitioncontext"]);
        Assert.Equal("localhost", partition.GetProperty("FullyQualifiedNamespace").GetString());
        Assert.Equal(hub.Name, partition.GetProperty("EventHubName").GetString());
        Assert.Equal("readers", partition.GetProperty("ConsumerGroup").GetString());
        Assert.Equal("1", partition.GetProperty("PartitionId").GetString());
        Assert.Equal(0, Json(data["SequenceNumberArray"])[0].GetInt64());
        Assert.Equal(attempt.Events[0].OffsetString, Json(data["OffsetArray"])[0].GetString());
        Assert.Equal("key", Json(data["PartitionKeyArray"])[0].GetString());
        Assert.Equal(attempt.Events[0].EnqueuedTime.UtcDateTime, Json(data["EnqueuedTimeUtcArray"])[0].GetDateTime());
        Assert.Equal("telemetry", Json(data["PropertiesArray"])[0].GetProperty("type").GetString());
        Assert.Equal(0, Json(data["SystemPropertiesArray"])[0].GetProperty("x-opt-sequence-number").GetInt64());
        Assert.False(data.TryGetValue("nothing", out _));
    }

    [Fact]
    public void The_arrays_cost_nothing_until_somebody_asks()
    {
        var endpoint = EventHubEndpoint.FromConnectionString(
            "Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true", "hub");
        // Serialising this batch throws, so nobody has.
        var unreadable = EventHubsModelFactory.EventData(new BinaryData("x"), systemProperties: new Dictionary<string, object> { ["type"] = typeof(string) });
        var data = new EventBindingData(endpoint, "group", "0").OfBatch([unreadable]);

        Assert.Contains("SystemPropertiesArray", data.Keys);
        Assert.Throws<NotSupportedException>(() => data["SystemPropertiesArray"]);
    }

    private static JsonElement Json(object? text)
    {
        using var document = JsonDocument.Parse(Assert.IsType<string>(text));
        return document.RootElement.Clone();
    }
}
