using System.Globalization;
using System.Text;
using Amqp;
using Amqp.Framing;
using Ingest.Cli.Demo;

namespace Ingest.Cli.Chaos.Producer;

/// <summary>
/// Events of every stream and broken ones, encoded once: sending shall cost as little as it can. Which event has which body does
/// not matter to the proof, which goes by sequence numbers.
/// </summary>
public sealed class ChaosEvents
{
    private const int PoolSize = 4096;
    private const int BrokenEvery = 97;
    private const int Devices = 40;

    private static readonly string[] Airports = ["ATL", "BWI", "DFW", "JFK", "LAX", "ORD", "PHL", "SFO"];

    private readonly (byte[] Encoded, bool IsBroken)[] pool;
    private int next;

    public ChaosEvents(int seed, DateTimeOffset now)
    {
        var random = new Random(seed);
        pool = [.. Enumerable.Range(0, PoolSize).Select(i => i % BrokenEvery == 0 ? (Encode(BrokenEvents.Kinds[i / BrokenEvery % BrokenEvents.Kinds.Count]), true) : (Good(random, now), false))];
    }

    /// <summary>Keys of the lookup <c>devices</c>.</summary>
    public static IEnumerable<string> DeviceIds => Enumerable.Range(0, Devices).Select(Device);

    /// <summary>The next events as one message of the Event Hubs protocol.</summary>
    public EventsToSend Take(int count)
    {
        var data = new DataList();
        var broken = 0;
        for (var i = 0; i < count; i++)
        {
            var (encoded, isBroken) = pool[next];
            next = (next + 1) % pool.Length;
            broken += isBroken ? 1 : 0;
            data.Add(new Data { Buffer = new ByteBuffer(encoded, 0, encoded.Length, encoded.Length) });
        }

        // The format that marks a batch.
        return new EventsToSend(new Message { Format = 0x80013700, BodySection = data }, count, broken);
    }

    private static byte[] Good(Random random, DateTimeOffset now) => random.Next(10) switch
    {
        0 => Encode("telemetry", string.Create(CultureInfo.InvariantCulture, $$"""
            {"eventId":"{{RandomId(random)}}","deviceId":"{{Device(random.Next(Devices))}}","createdAt":"{{now.AddSeconds(-random.Next(3600)):yyyy-MM-ddTHH:mm:ssZ}}","temperature":{{random.Next(-300, 900) / 10.0}},"humidity":{{random.Next(0, 100)}},"status":"ok"}
            """)),
        < 5 => Encode("routes", string.Create(CultureInfo.InvariantCulture, $$"""
            {"date":"2001/0{{random.Next(1, 10)}}/1{{random.Next(10)}} 0{{random.Next(10)}}:{{random.Next(10, 60)}}","delay":{{random.Next(-30, 300)}},"distance":{{random.Next(60, 3000)}},"origin":"{{Airports[random.Next(Airports.Length)]}}","destination":"{{Airports[random.Next(Airports.Length)]}}"}
            """)),
        _ => Encode("flights", string.Create(CultureInfo.InvariantCulture, $$"""
            {"delay":{{random.Next(-60, 300)}},"distance":{{random.Next(60, 5000)}},"time":{{random.Next(0, 240) / 10.0}}}
            """)),
    };

    private static string Device(int number) => string.Create(CultureInfo.InvariantCulture, $"dev-{number:D3}");

    private static string RandomId(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private static byte[] Encode(string type, string body) => Encode(type, Encoding.UTF8.GetBytes(body), null);

    private static byte[] Encode(BrokenEvent broken) => Encode(broken.Type, broken.Body.ToArray(), broken.ContentEncoding);

    private static byte[] Encode(string type, byte[] body, string? contentEncoding)
    {
        using var message = new Message
        {
            BodySection = new Data { Binary = body },
            ApplicationProperties = new ApplicationProperties { ["type"] = type },
        };
        if (contentEncoding is not null)
        {
            message.ApplicationProperties["content-encoding"] = contentEncoding;
        }

        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}

/// <param name="Count">Events in it.</param>
/// <param name="Broken">Those among them that must be quarantined.</param>
public sealed record EventsToSend(Message Message, int Count, int Broken);
