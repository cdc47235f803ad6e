using System.Text;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Quarantine;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Quarantine;

[Collection(StorageCollection.Name)]
public sealed class BlobQuarantineTests(AzuriteFixture fixture) : IDisposable
{
    private static readonly byte[] Body = [0, 1, 0xff, 0xfe, (byte)'{'];

    private readonly TestStorage storage = new(fixture.Azurite);
    private readonly Duck duck = new();

    public void Dispose()
    {
        duck.Dispose();
        storage.Dispose();
    }

    [Fact]
    public async Task A_refused_event_is_kept_with_its_original_bytes_and_everything_it_came_with()
    {
        var source = new IncomingEvent
        {
            Body = Body,
            SequenceNumber = 42,
            EnqueuedUnixMs = Batches.SixOClock,
            PartitionKey = "Schlüssel",
            ContentType = "application/json",
            Properties = new Dictionary<string, object> { ["content-encoding"] = "gzip", ["n"] = 5L, ["s"] = "x" },
            SystemProperties = new Dictionary<string, object> { ["x-opt-sequence-number"] = 42L, ["iothub-enqueuedtime"] = DateTimeOffset.UnixEpoch },
        };
        var fault = new Fault(FaultStage.Validate, FaultCode.Schema, "Expected a number.", "/temperature");
        var file = await FileAsync([QuarantinedRecord.WholeEvent(source, fault, "telemetry")]);

        Assert.Equal(
            ["telemetry|2|3|42|42|0|Schlüssel|telemetry/3/2/42/0|telemetry|schema|validate|/temperature|Expected a number.|0001FFFE7B|True|application/json|gzip"],
            duck.Rows($"""
                SELECT _hub, _epoch, _partition, _sequence, _sequence_last, _index, _key, _id, stream, code, stage, path, detail,
                       hex(body), body_is_whole_event, content_type, content_encoding FROM {file}
                """));
        Assert.Equal(
            ["""{"content-encoding":"gzip","n":{"$long":"5"},"s":"x"}|{"x-opt-sequence-number":{"$long":"42"},"iothub-enqueuedtime":{"$timestamp-offset":"1970-01-01T00:00:00.0000000+00:00"}}"""],
            duck.Rows($"SELECT properties::VARCHAR, system_properties::VARCHAR FROM {file}"));
        Assert.Equal(ParquetSegmentWriter.PipelineVersion, duck.Scalar($"SELECT pipeline_version FROM {file}"));
        Assert.Equal(1L, duck.Scalar($"SELECT count(*) FROM {file} WHERE _enqueued = TIMESTAMPTZ '2026-11-23 06:00:00Z' AND _ingested = TIMESTAMPTZ '2026-11-23 06:00:05Z'"));
    }

    [Fact]
    public async Task An_absent_range_is_one_row_with_both_its_ends()
    {
        var file = await FileAsync([QuarantinedRecord.Absent(100, 250, Batches.SixOClock)]);

        Assert.Equal(
            ["100|250|absent-upstream|deliver|∅|0|∅|∅"],
            duck.Rows($"SELECT _sequence, _sequence_last, code, stage, stream, octet_length(body), properties, _key FROM {file}"));
    }

    [Fact]
    public async Task Thousands_of_records_keep_their_order_and_bytes_over_row_groups()
    {
        var records = Enumerable.Range(0, 20_000).Select(i => new QuarantinedRecord(
            Batches.Event(i / 4, i % 3 == 0 ? "k" : null), i % 4, Encoding.UTF8.GetBytes("body " + i), false,
            new Fault(FaultStage.Decode, FaultCode.Malformed, "No JSON."), "telemetry", i / 4)).ToList();

        var file = await FileAsync(records);

        Assert.Equal(0L, duck.Scalar($"SELECT count(*) FROM {file} WHERE decode(body) <> 'body ' || (_sequence * 4 + _index) OR body_is_whole_event"));
        Assert.Equal(20_000L, duck.Scalar($"SELECT count(*) FROM {file}"));
        Assert.Equal(200L, duck.Scalar($"SELECT count(*) FROM {file} WHERE _enqueued >= TIMESTAMPTZ '2026-11-23 06:00:04Z' AND _enqueued < TIMESTAMPTZ '2026-11-23 06:00:04.05Z'"));
    }

    [Fact]
    public async Task What_a_producer_sent_never_stops_the_quarantine()
    {
        object deep = "bottom";
        for (var i = 0; i < 2000; i++)
        {
            deep = new List<object> { deep };
        }

        var source = Batches.Event(1);
        source = new IncomingEvent
        {
            Body = Body,
            SequenceNumber = 1,
            EnqueuedUnixMs = Batches.SixOClock,
            PartitionKey = "\ud800",
            ContentType = new string('x', 100_000),
            Properties = new Dictionary<string, object> { ["deep"] = deep, ["odd\ud800"] = "\udfff", ["nan"] = double.NaN, ["plain"] = 1 },
            SystemProperties = new UndecodableProperties(),
        };

        var file = await FileAsync([QuarantinedRecord.WholeEvent(source, new Fault(FaultStage.Decode, FaultCode.Malformed, "\ud800 at 1."), null)]);

        var properties = (string)duck.Scalar($"SELECT properties::VARCHAR FROM {file}")!;
        Assert.Contains("\"plain\":1", properties, StringComparison.Ordinal);
        Assert.Contains("\"deep\":{\"$undecodable\"", properties, StringComparison.Ordinal);
        Assert.Contains("\"nan\":{\"$double\":\"NaN\"}", properties, StringComparison.Ordinal);
        Assert.Contains("$undecodable", (string)duck.Scalar($"SELECT system_properties::VARCHAR FROM {file}")!, StringComparison.Ordinal);
        Assert.Equal("0001FFFE7B", duck.Scalar($"SELECT hex(body) FROM {file}"));
    }

    [Fact]
    public async Task A_summary_has_one_row_a_stream_and_reason_newest_first_and_writing_it_again_changes_nothing()
    {
        var records = new List<QuarantinedRecord>
        {
            Refused(10, FaultCode.Malformed, "telemetry"), Refused(11, FaultCode.Malformed, "telemetry"),
            Refused(12, FaultCode.Schema, "telemetry"), Refused(13, FaultCode.UnknownStream, null),
            QuarantinedRecord.Absent(20, 29, Batches.SixOClock),
        };
        var name = storage.QuarantineSegment(SegmentName.HourOf(Batches.SixOClock), Batches.Partition, 2, 10, 29);

        await storage.Quarantine.SummarizeAsync(name, records, Batches.Context, default);
        await storage.Quarantine.SummarizeAsync(name, records, Batches.Context, default);
        var later = storage.QuarantineSegment(SegmentName.HourOf(Batches.SixOClock), Batches.Partition, 2, 30, 30);
        await storage.Quarantine.SummarizeAsync(later, [Refused(30, FaultCode.TooLarge, "telemetry")], Batches.Context with { IngestedUnixMs = Batches.Context.IngestedUnixMs + 1 }, default);

        var rows = new List<TableEntity>();
        await foreach (var row in storage.Tables.GetTableClient(storage.Options.QuarantineTable).QueryAsync<TableEntity>("PartitionKey eq '2026-11-23'"))
        {
            rows.Add(row);
        }

        Assert.Equal(5, rows.Count);
        Assert.Equal("too-large", rows[0].GetString("Reason"));
        var malformed = Assert.Single(rows, row => row.GetString("Reason") == "malformed");
        Assert.Equal((2L, 10L, 11L, "telemetry"), (malformed.GetInt64("Count"), malformed.GetInt64("FirstSequence"), malformed.GetInt64("LastSequence"), malformed.GetString("Stream")));
        Assert.Equal(name, SegmentName.TryParse(malformed.GetString("Segment")));
        Assert.Equal("Detail of 10.", malformed.GetString("SampleDetail"));
        Assert.Equal((20L, 29L), rows.Where(r => r.GetString("Reason") == "absent-upstream").Select(r => (r.GetInt64("FirstSequence")!.Value, r.GetInt64("LastSequence")!.Value)).Single());
    }

    [Fact]
    public void Property_values_read_back_as_the_types_they_were()
    {
        var values = new Dictionary<string, object>
        {
            ["string"] = "text", ["bool"] = true, ["int"] = -5, ["long"] = long.MinValue, ["double"] = 0.1, ["infinity"] = double.NegativeInfinity,
            ["float"] = 0.1f, ["decimal"] = 1.10m, ["ubyte"] = (byte)255, ["byte"] = (sbyte)-1, ["short"] = (short)-2, ["ushort"] = (ushort)2,
            ["uint"] = uint.MaxValue, ["ulong"] = ulong.MaxValue, ["char"] = 'ß', ["uuid"] = Batches.Uuid(7),
            ["timestamp"] = new DateTime(2026, 11, 23, 6, 0, 0, 123, DateTimeKind.Utc), ["offset"] = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)),
            ["span"] = TimeSpan.FromTicks(1234567), ["uri"] = new Uri("https://contoso.com/a?b"), ["$long"] = "not a tag",
        };

        var read = AmqpValueJson.Read(AmqpValueJson.Write(values)!);

        Assert.Equal(values.OrderBy(v => v.Key), read.Select(v => KeyValuePair.Create(v.Key, v.Value!)).OrderBy(v => v.Key));
        var nested = AmqpValueJson.Read(AmqpValueJson.Write(new Dictionary<string, object>
        {
            ["binary"] = Body,
            ["list"] = new List<object> { 1, "two", 3L },
            ["map"] = new Dictionary<object, object> { [1L] = "one", ["$binary"] = "plain text" },
        })!);
        Assert.Equal(Body, nested["binary"]);
        Assert.Equal(new List<object?> { 1, "two", 3L }, nested["list"]);
        Assert.Equal(new Dictionary<object, object?> { [1L] = "one", ["$binary"] = "plain text" }, nested["map"]);
        Assert.Null(AmqpValueJson.Write(null));
        Assert.Null(AmqpValueJson.Write(new Dictionary<string, object>()));
    }

    private static QuarantinedRecord Refused(long sequence, FaultCode code, string? stream) =>
        QuarantinedRecord.WholeEvent(Batches.Event(sequence), new Fault(FaultStage.Decode, code, $"Detail of {sequence}."), stream);

    private async Task<string> FileAsync(IReadOnlyList<QuarantinedRecord> records)
    {
        var name = storage.QuarantineSegment(SegmentName.HourOf(Batches.SixOClock), Batches.Partition, 2, 0, 100);
        await storage.Quarantine.StageAsync(name, records, Batches.Context, default);
        Assert.Equal(PublishOutcome.Published, await storage.Segments.PublishAsync(name.ToString(), default));
        return duck.Parquet(await storage.DownloadAsync(name));
    }

    /// <summary>Properties that are decoded on first use from bytes that are not AMQP.</summary>
    private sealed class UndecodableProperties : IReadOnlyDictionary<string, object>
    {
        public IEnumerable<string> Keys => throw Failure();

        public IEnumerable<object> Values => throw Failure();

        public int Count => throw Failure();

        public object this[string key] => throw Failure();

        public bool ContainsKey(string key) => throw Failure();

        public bool TryGetValue(string key, out object value) => throw Failure();

        public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => throw Failure();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw Failure();

        private static FormatException Failure() => new("Not AMQP.");
    }
}
