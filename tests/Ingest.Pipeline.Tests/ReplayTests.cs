using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Streams;

namespace Ingest.Pipeline.Tests;

/// <summary>Quarantined records that were sent again.</summary>
public sealed class ReplayTests
{
    private const string Streams = """
        {
          "streams": [
            { "name": "pumps", "when": { "system:iothub-message-source": "Telemetry" }, "format": "json", "schema": "s.json", "identity": "/deviceId" },
            { "name": "named", "when": { "property:type": "named" }, "format": "json", "schema": "s.json", "id": "/deviceId" },
            { "name": "packed", "format": "ndjson", "schema": "s.json", "identity": "/deviceId" }
          ]
        }
        """;

    private const string Schema = """{ "type": "object", "properties": { "id": { "type": "string" }, "deviceId": { "type": "string" } } }""";
    private const string First = "old-hub/3/2/41/0";

    private readonly FakeRegister register = new();
    private readonly PipelineWorld world;

    public ReplayTests() => world = new PipelineWorld(Streams, register, ("s.json", Schema));

    [Fact]
    public async Task The_origin_under_which_a_record_was_refused_first_is_its_default_id()
    {
        world.Hub.Append(2, _ => Body("{}"), sequence => sequence == 0 ? Mark(First, generation: 5) : []);

        await world.ProcessAsync(0, 1);

        Assert.Equal([First, null], Ids("packed"));
    }

    [Fact]
    public async Task The_records_of_a_replayed_event_have_the_ids_that_they_would_have_had()
    {
        world.Hub.Append(1, _ => Body("{}\n{}\n{}"), _ => Mark("old-hub/3/2/41/7"));

        await world.ProcessAsync(0, 0);

        Assert.Equal(["old-hub/3/2/41/7", "old-hub/3/2/41/8", "old-hub/3/2/41/9"], Ids("packed"));
    }

    [Fact]
    public async Task A_record_that_names_its_own_id_keeps_it()
    {
        world.Hub.Append(1, _ => Body("""{"deviceId":"mine"}"""), _ => new Dictionary<string, object>(Mark(First)) { ["type"] = "named" });

        await world.ProcessAsync(0, 0);

        Assert.Equal(["mine"], Ids("named"));
    }

    [Theory]
    [InlineData(First, 6, "The property x-ingest-replay-generation is \"6\"; a record is sent again at most 5 times")]
    [InlineData(First, 0, "The property x-ingest-replay-generation is \"0\"")]
    [InlineData("telemetry/1/1/5", 1, "The property x-ingest-replay-of is \"telemetry/1/1/5\"; it must be an origin")]
    [InlineData("telemetry/1/1/5/-1", 1, "The property x-ingest-replay-of is")]
    [InlineData("/1/1/5/0", 1, "The property x-ingest-replay-of is")]
    public async Task A_mark_that_cannot_be_costs_its_event_and_no_other(string of, int generation, string detail)
    {
        world.Hub.Append(3, _ => Body("{}\n{}"), sequence => sequence == 1 ? Mark(of, generation) : []);

        var receipt = await world.ProcessAsync(0, 2);

        var refused = Assert.Single(world.Quarantine.Visible);
        Assert.Equal((1L, true, FaultCode.Malformed, 4L), (refused.Event.SequenceNumber, refused.IsWholeEvent, refused.Fault.Code, receipt.Written));
        Assert.StartsWith(detail, refused.Fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_the_register_confirms_is_believed_and_others_beside_it_have_none()
    {
        var body = Body("""{"deviceId":"pump-1"}""");
        register.Add("devices/0/1/9/0", "pump-1", body);
        world.Hub.Append(3, sequence => sequence == 1 ? body : Body("""{"deviceId":"x"}"""), sequence => sequence == 1 ? Device("devices/0/1/9/0", "pump-1") : []);

        await world.ProcessAsync(0, 2);

        Assert.Empty(world.Quarantine.Visible);
        Assert.Equal(("pump-1", "devices/0/1/9/0"), world.VisibleRows("pumps").Select(row => (row["_device"], row["_id"])).Single());
        Assert.Equal(2, world.VisibleRows("packed").Count());
    }

    [Fact]
    public async Task In_one_stream_each_row_has_its_own_device_and_only_devices_are_held_to_it()
    {
        var body = Body("""{"deviceId":"pump-1"}""");
        register.Add("devices/0/1/9/0", "pump-1", body, source: "other");
        world.Hub.Append(4, sequence => sequence == 2 ? body : Body("""{"deviceId":"x"}"""), sequence => sequence == 2 ? Device("devices/0/1/9/0", "pump-1") : []);

        await world.ProcessAsync(0, 3);

        Assert.Empty(world.Quarantine.Visible);
        Assert.Equal([null, null, "pump-1", null], world.VisibleRows("packed").Select(row => row["_device"]));
    }

    [Theory]
    [InlineData("another body", "devices/0/1/9/0", "pump-1")]
    [InlineData("another device", "devices/0/1/9/0", "pump-2")]
    [InlineData("another record", "devices/0/1/8/0", "pump-1")]
    [InlineData("no record", null, "pump-1")]
    public async Task A_device_that_the_register_does_not_confirm_is_refused(string kind, string? from, string device)
    {
        register.Add("devices/0/1/9/0", "pump-1", Body("""{"deviceId":"pump-1"}"""));
        var body = Body(kind == "another body" ? """{"deviceId":"pump-1","more":1}""" : """{"deviceId":"pump-1"}""");
        world.Hub.Append(1, _ => body, _ => Device(from, device));

        await world.ProcessAsync(0, 0);

        var refused = Assert.Single(world.Quarantine.Visible);
        Assert.Equal((FaultCode.IdentityMismatch, true), (refused.Fault.Code, refused.IsWholeEvent));
        Assert.Null(refused.Event.DeviceId);
    }

    [Fact]
    public async Task Events_without_a_mark_ask_the_register_nothing()
    {
        world.Hub.Append(100, _ => Body("{}"), sequence => sequence % 2 == 0 ? [] : Mark(First));

        await world.ProcessAsync(0, 99);

        Assert.Equal(0, register.Asked);
    }

    [Fact]
    public void Marks_that_devices_set_mean_nothing()
    {
        var source = new IncomingEvent { Body = default, SequenceNumber = 0, EnqueuedUnixMs = 0, Properties = Mark(First), FromDeviceHub = true };

        Assert.Null(ReplayMark.Of(source));
    }

    [Theory]
    [InlineData("json", """{"a":1}""", """{"a":1}""")]
    [InlineData("ndjson", """{"a":1}""", """{"a":1}""")]
    [InlineData("json-array", """{"a":1}""", """[{"a":1}]""")]
    [InlineData("json-array", "[1]", "[[1]]")]
    [InlineData("json-array", """{"a":1},{"a":2}]""", """[{"a":1},{"a":2}]""")]
    [InlineData("json-array", """{"a":1}}""", null)]
    [InlineData("cloudevents", """{"a":1}""", """{"a":1}""")]
    [InlineData("cloudevents", """{"a":1},{"a":2}]""", """[{"a":1},{"a":2}]""")]
    [InlineData("csv", "1,2", null)]
    public void A_part_of_a_packed_event_becomes_an_event_of_its_own_or_it_is_said_why_not(string format, string part, string? packed)
    {
        var stream = StreamCatalog.Load(new MemoryStreamFiles(
            $$"""{ "streams": [ { "name": "packed", "format": "{{format}}", "schema": "s.json" } ] }""").With("s.json", Schema)).Streams[0];
        var source = new IncomingEvent { Body = default, SequenceNumber = 0, EnqueuedUnixMs = 0 };

        var body = RecordParts.Pack(stream.Payload, source, default, Encoding.UTF8.GetBytes(part), out var reason);

        Assert.Equal(packed, body is null ? null : Encoding.UTF8.GetString(body));
        Assert.Equal(packed is null, reason.Length > 0);
    }

    [Theory]
    [InlineData("telemetry/0/1/0/0")]
    [InlineData("a-hub/1023/7/9223372036854775807/9999")]
    public void An_origin_reads_back_from_its_text(string text) => Assert.Equal(text, RecordOrigin.TryParse(text)?.ToString());

    private IEnumerable<string?> Ids(string stream) => world.VisibleRows(stream).Select(row => row["_id"]);

    private static byte[] Body(string text) => Encoding.UTF8.GetBytes(text);

    private static Dictionary<string, object> Mark(string of, int generation = 1) =>
        new() { [ReplayMark.OfProperty] = of, [ReplayMark.GenerationProperty] = generation };

    private static Dictionary<string, object> Device(string? from, string device)
    {
        var properties = Mark("devices/0/1/9/0");
        properties[ReplayMark.DeviceProperty] = device;
        if (from is not null)
        {
            properties[ReplayMark.FromProperty] = from;
        }

        return properties;
    }

    private sealed class FakeRegister : IReplayRegister
    {
        private readonly Dictionary<string, ReplayedDevice> devices = [];

        public int Asked { get; private set; }

        public void Add(string from, string device, byte[] body, string source = "Telemetry") => devices[from] = new ReplayedDevice(
            device, ReplayMark.HashOf(body),
            new Dictionary<string, object?> { ["iothub-connection-device-id"] = device, ["iothub-message-source"] = source });

        public Task<ReplayedDevice?> FindDeviceAsync(RecordOrigin from, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(devices.GetValueOrDefault(from.ToString()));
        }
    }
}
