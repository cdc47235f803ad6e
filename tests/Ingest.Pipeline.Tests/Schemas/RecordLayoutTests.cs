using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Decoding;
using Ingest.Pipeline.Tests.Records;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Schemas;

/// <summary>A reader that knows the layout of earlier records must come to the same as one that reads every record in general.</summary>
public sealed class RecordLayoutTests
{
    private static readonly TimeFormat Time = new("/at", TimeKind.Rfc3339, null, TimeZoneInfo.Utc, TimeSpan.FromDays(400), TimeSpan.FromDays(400));

    private const string Closed = """
        {"type":"object","required":["id","at"],"additionalProperties":false,"properties":{
         "id":{"type":"string","minLength":1,"maxLength":40},"at":{"type":"string","format":"date-time"},
         "temperature":{"type":["number","null"],"minimum":-90,"exclusiveMaximum":200},"count":{"type":"integer","exclusiveMinimum":-5,"maximum":1000},
         "state":{"enum":["ok","warn","fail"]},"on":{"type":"boolean"},"seen":{"type":"string","format":"date-time"},
         "uuid":{"type":"string","format":"uuid"},"day":{"type":"string","format":"date"},"small":{"type":"number","enum":[1,2.5]},
         "a property whose name is longer than thirty-two bytes":{"type":"integer"},
         "place":{"type":["object","null"],"required":["lat"],"additionalProperties":false,"properties":{"lat":{"type":"number"},"lon":{"type":"number"},
           "in":{"type":"object","required":["floor"],"additionalProperties":false,"properties":{"floor":{"type":"integer"},"room":{"type":"string"}}}}},
         "tags":{"type":"array","items":{"type":["string","null"]}},"any":true}}
        """;

    private static readonly string Open = Closed.Replace("\"additionalProperties\":false,", "", StringComparison.Ordinal);

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(3, 4, true)]
    [InlineData(4, 4, false)]
    [InlineData(5, 40, true)]
    [InlineData(6, 40, false)]
    public void Known_layouts_change_neither_rows_nor_faults(int seed, int damagedPercent, bool isClosed)
    {
        var random = new Random(seed);
        var schema = Compiled.Schema(isClosed ? Closed : Open, Time, "/id");
        using var pair = new Pair(schema);
        for (var stream = 0; stream < 40; stream++)
        {
            // A few producers, each with its own order and spacing, that leave out what they like.
            var producers = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new Producer(random)).ToArray();
            for (var i = 0; i < 250; i++)
            {
                var body = Encoding.UTF8.GetBytes(producers[random.Next(producers.Length)].Record(random, isClosed));
                pair.Read(random.Next(100) < damagedPercent ? Damaged(body, random) : body);
            }
        }

        Assert.True(pair.Followed > pair.Records * (88 - (2 * damagedPercent)) / 100, $"Only {pair.Followed} of {pair.Records} records followed a layout.");
    }

    [Fact]
    public void Keys_that_no_schema_names_are_forgotten_with_their_record()
    {
        var schema = Compiled.Schema("""{"type":"object","properties":{"id":{"type":"string"},"open":true}}""");
        var reader = new JsonRecordReader(schema, new ReaderLimits(64, 1 << 20));
        var batch = new RecordBatch("test", "0", schema.Columns);
        reader.Attach(batch);
        var source = Decoded.Event("{}");
        Read(1000);

        // All of them would be some megabytes.
        Measured.Allocates(100_000, () => Read(20_000));

        void Read(int records)
        {
            for (var i = 0; i < records; i++)
            {
                Assert.True(reader.TryRead("""{"id":"d1","open":{"a":1,"b":{"c":2}}}"""u8, 0, out _, out _));
                batch.CommitRow(source, i, 0, default, default);
                if (batch.RowCount == 100)
                {
                    batch.Clear();
                }
            }
        }
    }

    [Fact]
    public void Records_of_one_layout_are_never_read_in_general()
    {
        using var pair = new Pair(Compiled.Schema(Closed, Time, "/id"));
        for (var i = 0; i < 100; i++)
        {
            pair.Read(Encoding.UTF8.GetBytes($$"""{"id":"{{i}}","at":"2026-11-23T06:00:00.{{i:D3}}Z","temperature":{{i}}.5,"place":{"lat":{{-i}},"lon":0.25},"on":{{(i % 3 == 0 ? "true" : "false")}}}"""));
        }

        Assert.Equal(100, pair.Followed);
    }

    [Theory]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","place":{"lat":1},"place":{"lat":2}}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","place":null,"place":{"lat":2}}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","id":"b"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","place":{"lon":2}}""")]
    [InlineData("""{"id":"a","place":{"lat":1}}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","place":{"lat":1,"in":{}}}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","temperature":-0}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","temperature":-0.0}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","temperature":200}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","temperature":199.99999999999997}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","count":-5}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","count":1.0}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","on":truf}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","state":"ok\u0000"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T24:00:00Z"}""")]
    [InlineData("""{"id":"a","at":"2026-02-30T06:00:00Z"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23t06:00:00.1234567z"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00.Z"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00+01:00"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T0::00:00Z"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:0/Z"}""")]
    [InlineData("""{"id":"a","at":"2026-11-23T06:00:00Z","seen":"2026-11-23T06:00:00.000001Z"}""")]
    public void A_record_that_departs_from_a_known_layout_gets_its_own_verdict(string record)
    {
        using var pair = new Pair(Compiled.Schema(Closed, Time, "/id"));
        string[] usual =
        [
            """{"id":"a","at":"2026-11-23T06:00:00Z","place":{"lat":1,"lon":2},"on":true}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z","place":{"lat":1,"in":{"floor":1}}}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z","place":null,"id2":1}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z","temperature":1.5}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z","count":1}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z","state":"ok"}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z","seen":"2026-11-23T06:00:00.5Z"}""",
            """{"id":"a","at":"2026-11-23T06:00:00Z"}""",
            """{"id":"a","on":true,"place":{"lat":1}}""",
        ];
        foreach (var text in usual.Concat(usual).Append(record))
        {
            pair.Read(Encoding.UTF8.GetBytes(text));
        }
    }

    [Fact]
    public void A_stream_without_any_layout_is_soon_read_in_general()
    {
        using var pair = new Pair(Compiled.Schema(Open, Time, "/id"));
        pair.Read("""{"id":"a","at":"2026-11-23T06:00:00Z","on":true}"""u8.ToArray());
        for (var i = 0; i < 4000; i++)
        {
            pair.Read(Encoding.UTF8.GetBytes($$"""{"id":"a","at":"2026-11-23T06:00:00Z","unnamed{{i}}":1}"""));
        }

        Assert.Equal(1, pair.Followed);
        Assert.InRange(pair.Tried, 2, 100);
    }

    private static byte[] Damaged(byte[] body, Random random) =>
        new Damage(random.Next(8), (uint)random.Next(), (byte)random.Next(256)).Apply(body);

    private sealed class Producer
    {
        private readonly (string Key, Func<Random, string> Value)[] properties;
        private readonly string comma, colon;
        private readonly int missingPercent;

        public Producer(Random random)
        {
            (string, Func<Random, string>)[] all =
            [
                ("id", r => JsonSerializer.Serialize(Text(r))), ("at", Instant), ("temperature", r => r.Next(20) == 0 ? "null" : r.Next(100) == 0 ? "200" : Number(r)), ("count", r => r.Next(r.Next(50) == 0 ? -6 : -4, 1001).ToString(CultureInfo.InvariantCulture)),
                ("state", r => r.Next(100) == 0 ? "\"warm\"" : r.Next(3) switch { 0 => "\"ok\"", 1 => "\"warn\"", _ => "\"fail\"" }), ("on", r => r.Next(2) == 0 ? "true" : "false"), ("seen", Instant),
                ("uuid", _ => $"\"{new Guid(random.Next(), 2, 3, [4, 5, 6, 7, 8, 9, 10, 11])}\""), ("day", r => $"\"2026-11-{r.Next(1, 31):D2}\""), ("small", r => r.Next(2) == 0 ? "1" : "2.5"),
                ("a property whose name is longer than thirty-two bytes", r => r.NextInt64().ToString(CultureInfo.InvariantCulture)),
                ("place", Place), ("tags", r => r.Next(3) switch { 0 => "[]", 1 => "[\"a\", null]", _ => "[\"b\"]" }), ("any", r => r.Next(3) switch { 0 => "[{\"x\": 1}]", 1 => "\"t\"", _ => "{}" }),
            ];
            random.Shuffle(all);
            properties = all;
            (comma, colon) = random.Next(4) switch { 0 => (", ", ": "), 1 => (",\n  ", ": "), 2 => (" ,", " :"), _ => (",", ":") };
            missingPercent = random.Next(30);
        }

        public string Record(Random random, bool isClosed)
        {
            var members = properties.Where(p => random.Next(100) >= (p.Key is "id" or "at" ? (random.Next(200) == 0 ? 100 : 0) : missingPercent)).Select(p => $"\"{p.Key}\"{colon}{p.Value(random)}").ToList();
            if (random.Next(100) == 0)
            {
                members.Add($"\"unnamed\"{colon}{(isClosed ? "1" : "{\"deep\": [1]}")}");
            }

            return $"{{{string.Join(comma, members)}}}";
        }

        private string Place(Random random) => random.Next(50) switch
        {
            0 => "{}",
            < 8 => "null",
            < 16 => $"{{\"lat\"{colon}{Number(random)}}}",
            < 24 => $"{{\"lat\"{colon}{Number(random)}{comma}\"in\"{colon}{{\"floor\"{colon}2}}{comma}\"lon\"{colon}1}}",
            < 32 => $"{{\"lon\"{colon}{Number(random)}{comma}\"lat\"{colon}{Number(random)}}}",
            _ => $"{{\"lat\"{colon}{Number(random)}{comma}\"in\"{colon}{{\"floor\"{colon}{random.Next(99)}{comma}\"room\"{colon}{JsonSerializer.Serialize(Text(random))}}}}}",
        };

        private static string Text(Random random) => random.Next(100) switch
        {
            0 => "",
            < 10 => "äöü",
            < 15 => "\"quoted\"\n",
            < 25 => new string('x', random.Next(1, 42)),
            _ => string.Create(CultureInfo.InvariantCulture, $"device-{random.Next(1000):D6}"),
        };

        private static string Number(Random random) => random.Next(8) switch
        {
            0 => random.Next(-90, 200).ToString(CultureInfo.InvariantCulture),
            1 => (random.NextDouble() * 1e-9).ToString("R", CultureInfo.InvariantCulture),
            2 => "-0",
            3 => "1e2",
            _ => (random.Next(-900, 2000) / 10.0).ToString(CultureInfo.InvariantCulture),
        };

        private static string Instant(Random random)
        {
            var time = DateTime.UnixEpoch.AddMilliseconds(Decoded.EnqueuedUnixMs).AddSeconds(random.Next(-100_000, 100_000)).AddTicks(random.Next(10_000_000));
            return random.Next(6) switch
            {
                0 => $"\"{time:yyyy-MM-dd'T'HH:mm:ss'Z'}\"",
                1 => $"\"{time:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\"",
                2 => $"\"{time:O}Z\"".Replace("ZZ", "Z", StringComparison.Ordinal),
                3 => $"\"{time:yyyy-MM-dd'T'HH:mm:ss.f'+02:00'}\"",
                _ => $"\"{time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"",
            };
        }
    }

    /// <summary>Both readers, record by record.</summary>
    private sealed class Pair(CompiledSchema schema) : IDisposable
    {
        private static readonly ReaderLimits Limits = new(64, 1024);
        private readonly RecordBatch expected = new("test", "0", schema.Columns);
        private readonly RecordBatch actual = new("test", "0", schema.Columns);
        private readonly JsonRecordReader general = new(schema, Limits, learnsLayouts: false);
        private readonly JsonRecordReader learning = new(schema, Limits);

        public long Records { get; private set; }

        public long Followed => learning.FollowedLayouts;

        public long Tried => learning.TriedLayouts;

        public void Read(byte[] body)
        {
            Records++;
            var (expectedEnd, expectedFault, expectedId) = Read(general, expected, body);
            var (actualEnd, actualFault, actualId) = Read(learning, actual, body);
            Assert.Equal((expectedEnd, expectedFault, expectedId), (actualEnd, actualFault, actualId));
            if (expectedEnd < 0)
            {
                return;
            }

            foreach (var column in schema.Columns)
            {
                var row = expected.RowCount - 1;
                Assert.True(
                    Equals(Bits(expected.Value(column.Name, row)), Bits(actual.Value(column.Name, row))) || expected.Value(column.Name, row) is object?[] list && list.SequenceEqual((object?[])actual.Value(column.Name, row)!),
                    $"{column.Name} of {Encoding.UTF8.GetString(body)}");
            }
        }

        public void Dispose()
        {
            expected.Clear();
            actual.Clear();
        }

        private static object? Bits(object? value) => value is double number ? BitConverter.DoubleToInt64Bits(number) : value;

        private static (int End, Fault Fault, string Id) Read(JsonRecordReader reader, RecordBatch batch, byte[] body)
        {
            reader.Attach(batch);
            if (!reader.TryRead(body, Decoded.EnqueuedUnixMs, out var end, out var fault))
            {
                batch.RollbackRow();
                return (-1, fault, "");
            }

            var id = Encoding.UTF8.GetString(reader.Id);
            batch.CommitRow(Decoded.Event(body), 0, 0, reader.Id, body);
            return (end, default, id);
        }
    }
}
