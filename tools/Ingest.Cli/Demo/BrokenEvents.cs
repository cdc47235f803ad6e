using System.Text;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Demo;

/// <summary>One way to get an event wrong.</summary>
/// <param name="Kind">Application property <c>demo-kind</c>, so that the result can show kind and reason side by side.</param>
/// <param name="Expected">The reason it must be quarantined with.</param>
/// <param name="Type">Application property <c>type</c>, by which streams are chosen.</param>
/// <param name="Body">The bytes to send.</param>
public sealed record BrokenEvent(string Kind, FaultCode Expected, string Type, ReadOnlyMemory<byte> Body)
{
    /// <summary>Application property <c>content-encoding</c>; null: none.</summary>
    public string? ContentEncoding { get; init; }
}

/// <summary>The events that the demo breaks on purpose: what real producers send sooner or later.</summary>
public static class BrokenEvents
{
    private const string GoodFlight = """{"delay":14,"distance":405,"time":0.5}""";

    public static IReadOnlyList<BrokenEvent> Kinds { get; } =
    [
        Flight("not-json", FaultCode.Malformed, "delay=14;distance=405"),
        Flight("cut-off", FaultCode.Malformed, """{"delay":14,"distance":40"""),
        Flight("trailing-garbage", FaultCode.Malformed, GoodFlight + "x"),
        Flight("duplicate-key", FaultCode.Malformed, """{"delay":14,"delay":15,"distance":405,"time":0.5}"""),
        Flight("nan", FaultCode.Malformed, """{"delay":NaN,"distance":405,"time":0.5}"""),
        new("invalid-utf8", FaultCode.Malformed, "routes", InvalidUtf8()),

        // This stream takes unknown properties, so nothing but the depth is wrong.
        new("depth-10000", FaultCode.TooLarge, "telemetry", Utf8($$"""
            {"eventId":"018f4e6c-5b1d-7c3a-9e2f-3d5a7b9c1e00","deviceId":"d1","createdAt":"2026-01-01T00:00:00Z","temperature":20,"x":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}
            """)),
        Flight("missing-property", FaultCode.Schema, """{"delay":14,"time":0.5}"""),
        Flight("wrong-type", FaultCode.Schema, """{"delay":"late","distance":405,"time":0.5}"""),
        Flight("unknown-property", FaultCode.Schema, """{"delay":14,"distance":405,"time":0.5,"gate":"B7"}"""),
        Flight("out-of-range", FaultCode.Schema, """{"delay":14,"distance":-405,"time":0.5}"""),
        Route("bad-date", FaultCode.Schema, """{"date":"2001/02/31 25:99","delay":1,"distance":192,"origin":"BWI","destination":"PHL"}"""),
        new("unknown-type", FaultCode.UnknownStream, "weather", Utf8("""{"temperature":21.5}""")),
        new("empty-body", FaultCode.Empty, "flights", ReadOnlyMemory<byte>.Empty),
        Flight("corrupt-gzip", FaultCode.Malformed, "this is no gzip stream") with { ContentEncoding = "gzip" },
        Flight("unknown-encoding", FaultCode.UnsupportedEncoding, GoodFlight) with { ContentEncoding = "rot13" },
    ];

    /// <summary>As many broken events as asked for, all kinds in turn.</summary>
    public static IEnumerable<BrokenEvent> Take(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return Kinds[i % Kinds.Count];
        }
    }

    /// <summary>What differs between the reasons found in quarantine and those expected, a sentence each.</summary>
    /// <param name="found">Kind, fault code and number of events.</param>
    public static IReadOnlyList<string> Compare(IEnumerable<(string Kind, string Code, long Events)> found)
    {
        var expected = Take(DemoOptions.BrokenCount).GroupBy(e => (e.Kind, Code: e.Expected.ToText())).ToDictionary(g => g.Key, g => g.LongCount());
        var actual = found.GroupBy(f => (f.Kind, f.Code)).ToDictionary(g => g.Key, g => g.Sum(f => f.Events));
        return
        [
            .. from key in expected.Keys.Union(actual.Keys).Order()
               let wanted = expected.GetValueOrDefault(key)
               let got = actual.GetValueOrDefault(key)
               where wanted != got
               select $"Of the broken events of kind {key.Kind}, {wanted} were to be quarantined as {key.Code}, and {got} were.",
        ];
    }

    private static BrokenEvent Flight(string kind, FaultCode expected, string body) => new(kind, expected, "flights", Utf8(body));

    private static BrokenEvent Route(string kind, FaultCode expected, string body) => new(kind, expected, "routes", Utf8(body));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    // 0xC3 announces a second byte that does not follow.
    private static byte[] InvalidUtf8() =>
    [
        .. Utf8("""{"date":"2001/01/01 00:47","delay":1,"distance":192,"origin":"B"""), 0xC3, 0x28, .. Utf8("""
            ","destination":"PHL"}
            """),
    ];
}
