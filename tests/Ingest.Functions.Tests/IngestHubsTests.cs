using Azure.Messaging.EventHubs;
using Ingest.Pipeline.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.Functions.Tests;

public class IngestHubsTests
{
    [Theory]
    [InlineData(null, null, "telemetry")]
    [InlineData("Events", "", "events")]
    [InlineData("telemetry", "Devices", "telemetry,devices")]
    public void The_hubs_come_from_the_settings_and_an_empty_device_hub_is_none(string? telemetry, string? devices, string all) =>
        Assert.Equal(all, string.Join(',', new IngestHubs(Settings(telemetry, devices)).All));

    [Theory]
    [InlineData("devices", true)]
    [InlineData("DEVICES", true)]
    [InlineData("telemetry", false)]
    public void Only_the_device_hub_is_believed(string hub, bool believed)
    {
        var hubs = new IngestHubs(Settings("telemetry", "devices"));
        var data = EventHubsModelFactory.EventData(
            new BinaryData("{}"), systemProperties: new Dictionary<string, object> { ["iothub-connection-device-id"] = "d1", ["correlation-id"] = "c" }, sequenceNumber: 1);

        var mapped = EventBatchMapper.Map(data, hubs.IsDeviceHub(hub));

        Assert.Equal(believed ? "d1" : null, mapped.DeviceId);
        Assert.Equal(believed ? "d1" : null, mapped.SystemProperty("iothub-connection-device-id"));
        Assert.Equal("c", mapped.SystemProperty("correlation-id"));

        // What the event carried is still there for quarantine to show.
        Assert.Equal("d1", mapped.SystemProperties!["iothub-connection-device-id"]);
    }

    [Fact]
    public void One_hub_cannot_be_both()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddIngest(Settings("telemetry", "Telemetry")));

        Assert.Contains("Setting DeviceHub: 'telemetry' is the TelemetryHub as well.", failure.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Settings(string? telemetry, string? devices) => new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { ["TelemetryHub"] = telemetry, ["DeviceHub"] = devices }).Build();
}
