using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Emulator;
using Ingest.Testing;
using Ingest.Testing.Emulators;

namespace Ingest.LocalWorker.Tests.EventHubs;

public sealed class EventDataTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    [Fact]
    public async Task Every_value_is_decoded_from_the_message()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var received = await RoundTripAsync(partition => partition.Append(
            "{\"a\":1}"u8,
            partitionKey: "device-7",
            applicationProperties: new Dictionary<string, object>
            {
                ["text"] = "telemetry", ["int"] = 7, ["long"] = 8L, ["double"] = 1.5, ["bool"] = true, ["when"] = DateTime.UnixEpoch, ["bytes"] = new byte[] { 1, 2 },
            },
            annotations: new Dictionary<string, object> { ["iothub-connection-device-id"] = "device-7" },
            contentType: "application/json",
            contentEncoding: "gzip",
            messageId: "message-1",
            correlationId: "correlation-1"));

        Assert.Equal("{\"a\":1}", received.EventBody.ToString());
        Assert.Equal("{\"a\":1}"u8.ToArray(), received.Body.ToArray());
        Assert.Equal("application/json", received.ContentType);
        Assert.Equal("message-1", received.MessageId);
        Assert.Equal("correlation-1", received.CorrelationId);
        Assert.Equal("device-7", received.PartitionKey);
        Assert.Equal(0, received.SequenceNumber);
        Assert.NotEmpty(received.OffsetString!);
        Assert.InRange(received.EnqueuedTime, before, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(TimeSpan.Zero, received.EnqueuedTime.Offset);
        Assert.Equal("telemetry", received.Properties["text"]);
        Assert.Equal(7, received.Properties["int"]);
        Assert.Equal(8L, received.Properties["long"]);
        Assert.Equal(1.5, received.Properties["double"]);
        Assert.Equal(true, received.Properties["bool"]);
        Assert.Equal(DateTime.UnixEpoch, received.Properties["when"]);
        Assert.Equal(new byte[] { 1, 2 }, received.Properties["bytes"]);
        Assert.Equal("gzip", received.SystemProperties["content-encoding"]);
        Assert.Equal("application/json", received.SystemProperties["content-type"]);
        Assert.Equal("message-1", received.SystemProperties["message-id"]);
        Assert.Equal("device-7", received.SystemProperties["iothub-connection-device-id"]);
        Assert.Equal("device-7", received.SystemProperties["x-opt-partition-key"]);
        Assert.Equal(0L, received.SystemProperties["x-opt-sequence-number"]);
        Assert.Equal(received.OffsetString, received.SystemProperties["x-opt-offset"]);
        Assert.Equal(received.EnqueuedTime, received.SystemProperties["x-opt-enqueued-time"]);

        // One by one, before and after all of them were decoded, it is the same.
        Assert.NotEmpty(received.SystemProperties);
        Assert.All(received.SystemProperties, property => Assert.Equal(property.Value, received.SystemProperties[property.Key]));
        Assert.False(received.SystemProperties.ContainsKey("to"));
    }

    [Fact]
    public async Task Looking_for_a_content_encoding_decodes_nothing_else()
    {
        var received = await RoundTripAsync(partition => partition.Append(
            "{}"u8, partitionKey: "device-7", annotations: new Dictionary<string, object> { ["iothub-connection-device-id"] = "device-7" }, messageId: "message-1"));
        var system = received.SystemProperties;
        system.TryGetValue("content-encoding", out _);

        Measured.Allocates(64, () => Assert.False(system.TryGetValue("content-encoding", out _)));
    }

    [Fact]
    public async Task What_the_producer_left_out_is_null_or_empty()
    {
        var received = await RoundTripAsync(partition => partition.Append(""u8));

        Assert.Equal(0, received.EventBody.ToMemory().Length);
        Assert.Null(received.ContentType);
        Assert.Null(received.MessageId);
        Assert.Null(received.CorrelationId);
        Assert.Null(received.PartitionKey);
        Assert.Empty(received.Properties);
        Assert.DoesNotContain("content-type", received.SystemProperties.Keys);
    }

    [Fact]
    public async Task An_event_larger_than_a_frame_arrives_whole()
    {
        var body = new byte[900_000];
        new Random(1).NextBytes(body);

        var received = await RoundTripAsync(partition => partition.Append(body));

        Assert.Equal(body, received.EventBody.ToArray());
    }

    [Fact]
    public void The_model_factory_makes_events_as_the_SDK_does()
    {
        var bare = EventHubsModelFactory.EventData(new BinaryData("x"));
        var full = EventHubsModelFactory.EventData(
            new BinaryData("x"),
            new Dictionary<string, object> { ["p"] = 1 },
            new Dictionary<string, object> { ["s"] = 2 },
            "key",
            5,
            offsetString: "77",
            enqueuedTime: DateTimeOffset.UnixEpoch);

        Assert.Equal(long.MinValue, bare.SequenceNumber);
        Assert.Null(bare.OffsetString);
        Assert.Empty(bare.Properties);
        Assert.Empty(bare.SystemProperties);
        Assert.Equal(("key", 5L, "77", DateTimeOffset.UnixEpoch), (full.PartitionKey, full.SequenceNumber, full.OffsetString, full.EnqueuedTime));
        Assert.Equal(1, full.Properties["p"]);
        Assert.Equal(2, full.SystemProperties["s"]);
    }

    private async Task<EventData> RoundTripAsync(Action<EmulatedPartition> append)
    {
        var hub = fixture.Emulator.CreateHub(new HubOptions("hub-" + Guid.NewGuid().ToString("N"), 1));
        append(hub[0]);
        await using var receiver = new PartitionReceiver("$Default", "0", EventPosition.Earliest, fixture.ConnectionString, hub.Name);
        return Assert.Single(await receiver.ReceiveBatchAsync(10, TimeSpan.FromSeconds(10)));
    }
}
