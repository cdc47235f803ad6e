using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Benchmarks;

/// <summary>Telemetry as devices send it: 14 fields in 301 bytes, one record an event. The same events in every run.</summary>
internal static class TelemetryEvents
{
    public const int Bytes = 301;
    public const long EnqueuedUnixMs = 1_795_413_600_000;

    private static readonly string[] Statuses = ["ok", "ok", "ok", "ok", "warn", "fail"];

    public static CompiledSchema Schema { get; } = Compile();

    public static IncomingEvent[] Create(int count)
    {
        // A fixed seed, so that two runs read the same bytes.
        var random = new Random(20261123);
        var events = new IncomingEvent[count];
        for (var i = 0; i < count; i++)
        {
            var device = random.Next(2000);
            events[i] = new IncomingEvent
            {
                Body = Body(random, i, device),
                SequenceNumber = i,
                EnqueuedUnixMs = EnqueuedUnixMs + i,
                PartitionKey = $"device-{device:D6}",
            };
        }

        return events;
    }

    /// <summary>
    /// The same readings from three producers in random turns: the second writes the properties in another order, the third puts
    /// spaces behind commas and colons; each leaves out every fifth optional property at random.
    /// </summary>
    public static IncomingEvent[] CreateMixed(int count)
    {
        var random = new Random(20261125);
        var events = Create(count);
        var otherOrder = Enumerable.Range(0, 14).ToArray();
        random.Shuffle(otherOrder);
        for (var i = 0; i < count; i++)
        {
            var members = JsonNode.Parse(events[i].Body.Span)!.AsObject().ToArray();
            var producer = random.Next(3);
            var (comma, colon) = producer == 2 ? (", ", ": ") : (",", ":");
            var written = Enumerable.Range(0, members.Length).Select(n => producer == 1 ? otherOrder[n] : n)
                .Where(n => n < 4 || random.Next(5) > 0)
                .Select(n => $"\"{members[n].Key}\"{colon}{members[n].Value!.ToJsonString()}");
            events[i] = events[i] with { Body = Encoding.ASCII.GetBytes($"{{{string.Join(comma, written)}}}") };
        }

        return events;
    }

    private static byte[] Body(Random random, int number, int device)
    {
        var createdAt = DateTime.UnixEpoch.AddMilliseconds(EnqueuedUnixMs + number - random.Next(1000));
        var id = new byte[16];
        random.NextBytes(id);
        var text = string.Create(CultureInfo.InvariantCulture, $$"""
            {"eventId":"{{new Guid(id)}}","deviceId":"device-{{device:D6}}","createdAt":"{{createdAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","temperature":{{random.Next(-200, 800) / 10.0}},"humidity":{{random.Next(1000) / 10.0}},"pressure":{{random.Next(95000, 105000) / 100.0}},"battery":{{random.Next(101)}},"rssi":{{random.Next(-110, -30)}},"latitude":{{random.Next(45_000_000, 48_000_000) / 1e6}},"longitude":{{random.Next(6_000_000, 10_000_000) / 1e6}},"status":"{{Statuses[random.Next(Statuses.Length)]}}","firmware":"2.{{random.Next(10)}}.{{random.Next(10)}}","charging":{{(random.Next(2) == 0 ? "true" : "false")}},"site":"
            """);
        return Encoding.ASCII.GetBytes(text + "plant-07/hall-3/line-12/cell-04"[..(Bytes - text.Length - 2)] + "\"}");
    }

    /// <summary>What a valid event is.</summary>
    public const string SchemaJson = """
        {
          "type": "object",
          "required": ["eventId", "deviceId", "createdAt", "temperature"],
          "properties": {
            "eventId": { "type": "string", "minLength": 1, "maxLength": 64 },
            "deviceId": { "type": "string", "minLength": 1, "maxLength": 64 },
            "createdAt": { "type": "string", "format": "date-time" },
            "temperature": { "type": "number", "minimum": -90, "maximum": 200 },
            "humidity": { "type": "number", "minimum": 0, "maximum": 100 },
            "pressure": { "type": "number", "exclusiveMinimum": 0 },
            "battery": { "type": "integer", "minimum": 0, "maximum": 100 },
            "rssi": { "type": "integer", "maximum": 0 },
            "latitude": { "type": "number", "minimum": -90, "maximum": 90 },
            "longitude": { "type": "number", "minimum": -180, "maximum": 180 },
            "status": { "enum": ["ok", "warn", "fail"] },
            "firmware": { "type": "string", "maxLength": 32 },
            "charging": { "type": "boolean" },
            "site": { "type": "string", "maxLength": 64 }
          },
          "additionalProperties": false
        }
        """;

    private static CompiledSchema Compile()
    {
        List<ConfigurationError> errors = [];
        var time = new TimeFormat("/createdAt", TimeKind.Rfc3339, null, TimeZoneInfo.Utc, TimeSpan.FromDays(1), TimeSpan.FromMinutes(5));
        return SchemaCompiler.Compile(new SchemaSource("telemetry.json", Encoding.UTF8.GetBytes(SchemaJson)), new SchemaBinding(time, "/eventId", "/deviceId"), errors)
            ?? throw new StreamConfigurationException(errors);
    }
}
