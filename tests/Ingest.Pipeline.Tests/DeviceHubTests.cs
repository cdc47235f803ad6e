using System.Text;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Tests.Enrichment;
using Ingest.Pipeline.Tests.Streams;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests;

/// <summary>Annotations of IoT Hub: believed on the device hub, and nothing anywhere else.</summary>
public sealed class DeviceHubTests
{
    private const string Identity = ", \"identity\": \"/deviceId\"";

    [Theory]
    [InlineData("d1", null)]
    [InlineData("d2", "The record names the device \"d1\", but IoT Hub received it from the device \"d2\".")]
    [InlineData("D1", "The record names the device \"d1\", but IoT Hub received it from the device \"D1\".")]
    [InlineData(null, "The record names the device \"d1\", but the event carries no device id of IoT Hub.")]
    public async Task A_record_of_the_device_hub_must_name_the_device_that_IoT_Hub_authenticated(string? device, string? mismatch)
    {
        var enriched = await Enriched.RunAsync(Identity, [], [Event("""{"deviceId":"d1"}""", device, fromDeviceHub: true)]);

        Assert.Equal(
            mismatch is null ? [] : [new Fault(FaultStage.Validate, FaultCode.IdentityMismatch, mismatch, "/deviceId")],
            enriched.Batch.Excluded.Values);
    }

    [Fact]
    public async Task A_record_without_the_identity_is_refused_on_the_device_hub()
    {
        var enriched = await Enriched.RunAsync(Identity, [], [Event("""{"number":1}""", "d1", fromDeviceHub: true)]);

        Assert.Equal("The record names no device, but IoT Hub received it from the device \"d1\".", Assert.Single(enriched.Batch.Excluded).Value.Detail);
    }

    [Fact]
    public async Task On_other_hubs_nobody_has_an_identity_and_none_is_held_against_a_record()
    {
        var enriched = await Enriched.RunAsync(Identity, [], [Event("""{"deviceId":"d1"}""", "d2", fromDeviceHub: false)]);

        Assert.Empty(enriched.Batch.Excluded);
        Assert.Equal(0, enriched.Batch.Device.Count);
    }

    [Fact]
    public async Task Every_record_of_the_device_hub_has_its_device_packed_ones_too()
    {
        var enriched = await Enriched.RunAsync(
            ", \"format\": \"ndjson\"", [], [Event("{}\n{}", "größe-1", fromDeviceHub: true), Event("{}", null, fromDeviceHub: true)]);

        Assert.Equal(3, enriched.Batch.Device.Count);
        Assert.Equal("größe-1", Encoding.UTF8.GetString(enriched.Batch.Device[1]));
        Assert.True(enriched.Batch.Device.IsNull(2));
    }

    [Theory]
    [InlineData(true, "twins")]
    [InlineData(false, "other")]
    public void A_stream_of_twin_changes_takes_events_of_the_device_hub_only(bool fromDeviceHub, string stream)
    {
        var catalog = StreamCatalog.Load(new MemoryStreamFiles(
            """
            { "streams": [ { "name": "twins", "schema": "s.json", "when": { "system:iothub-message-source": "twinChangeEvents" } },
                           { "name": "other", "schema": "s.json" } ] }
            """).With("s.json", "{}"));

        Assert.Equal(stream, catalog.Route(Event("{}", "d1", fromDeviceHub))?.Name);
        Assert.Equal("other", catalog.Route(Event("{}", "d1", fromDeviceHub: false) with
        {
            Properties = new Dictionary<string, object> { ["iothub-message-source"] = "twinChangeEvents" },
        })?.Name);
    }

    [Theory]
    [InlineData(true, "d1")]
    [InlineData(false, null)]
    public async Task Annotations_are_copied_from_the_device_hub_only(bool fromDeviceHub, string? device)
    {
        var enriched = await Enriched.RunAsync(
            """, "enrich": [ { "copy": "system:iothub-connection-device-id", "as": "device" }, { "copy": "system:IOTHUB-connection-device-id", "as": "shouted" } ]""",
            [], [Event("{}", "d1", fromDeviceHub)]);

        Assert.Equal([device], enriched["device"]);
        Assert.Equal([null], enriched["shouted"]);
    }

    [Theory]
    [InlineData("""{"deviceId":"d1"}""", "{0}")]
    [InlineData("""{"deviceId":"d1"}""", " {0}\r\n")]
    [InlineData("""{"deviceId":"d1"}""", "\"{0}\"")]
    [InlineData(""" [ {"deviceId":"d1"} ] """, "{0}")]
    public async Task Bodies_in_Base64_are_recognised_on_the_device_hub(string json, string wrapping)
    {
        var body = wrapping.Replace("{0}", Convert.ToBase64String(Encoding.UTF8.GetBytes(json)), StringComparison.Ordinal);
        var format = json.Contains('[', StringComparison.Ordinal) ? ", \"format\": \"json-array\"" : "";

        var devices = await Enriched.RunAsync(format, [], [Event(body, "d1", fromDeviceHub: true)]);
        Assert.Equal(["d1"], devices["deviceId"]);

        var others = await Enriched.RunAsync(format, [], [Event(body, "d1", fromDeviceHub: false)]);
        Assert.Equal(body, Encoding.UTF8.GetString(Assert.Single(others.Refused).Body.Span));
    }

    [Theory]
    [InlineData("abcd")]
    [InlineData("eyJkZXZpY2VJZCI")]
    [InlineData("true")]
    [InlineData("!!!!")]
    public async Task What_is_no_JSON_in_Base64_is_quarantined_as_it_came(string body)
    {
        var enriched = await Enriched.RunAsync("", [], [Event(body, "d1", fromDeviceHub: true)]);

        Assert.Equal(body, Encoding.UTF8.GetString(Assert.Single(enriched.Refused).Body.Span));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("UTF-8")]
    public async Task The_character_set_that_IoT_Hub_puts_into_content_encoding_is_no_compression(string encoding)
    {
        var source = Event("""{"deviceId":"d1"}""", "d1", fromDeviceHub: true);
        ((Dictionary<string, object>)source.SystemProperties!)["content-encoding"] = encoding;

        Assert.Equal(["d1"], (await Enriched.RunAsync("", [], [source]))["deviceId"]);
    }

    private static IncomingEvent Event(string body, string? device, bool fromDeviceHub)
    {
        var system = new Dictionary<string, object> { ["iothub-message-source"] = "twinChangeEvents", ["iothub-enqueuedtime"] = DateTime.UnixEpoch };
        if (device is not null)
        {
            system["iothub-connection-device-id"] = device;
        }

        return new IncomingEvent { Body = Encoding.UTF8.GetBytes(body), SequenceNumber = 0, EnqueuedUnixMs = 0, SystemProperties = system, FromDeviceHub = fromDeviceHub };
    }
}
