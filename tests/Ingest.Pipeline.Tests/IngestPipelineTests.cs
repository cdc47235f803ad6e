using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Telemetry;
using Ingest.Testing.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Pipeline.Tests;

public class IngestPipelineTests
{
    private const string Streams = """
        {
          "streams": [
            {
              "name": "telemetry", "when": { "property:type": "telemetry" }, "format": "json", "schema": "schemas/telemetry.json",
              "id": "/id"
            },
            { "name": "packed", "when": { "property:type": "packed" }, "format": "ndjson", "schema": "schemas/telemetry.json" }
          ]
        }
        """;

    private const string Schema = """
        {
          "type": "object",
          "required": ["id", "value"],
          "additionalProperties": false,
          "properties": { "id": { "type": "string" }, "value": { "type": "number", "maximum": 1000 } }
        }
        """;

    private readonly PipelineWorld world = new(Streams, ("schemas/telemetry.json", Schema));

    public static TheoryData<string, byte[], string> BrokenPayloads() => new()
    {
        { "not JSON", "hello"u8.ToArray(), "malformed" },
        { "trailing garbage", """{"id":"a","value":1} x"""u8.ToArray(), "malformed" },
        { "two values", """{"id":"a","value":1}{"id":"b","value":1}"""u8.ToArray(), "malformed" },
        { "duplicate keys", """{"id":"a","value":1,"id":"b"}"""u8.ToArray(), "malformed" },
        { "NaN", """{"id":"a","value":NaN}"""u8.ToArray(), "malformed" },
        { "invalid UTF-8", [.. "{\"id\":\""u8, 0xC3, 0x28, .. "\",\"value\":1}"u8], "malformed" },
        { "depth 10,000", Encoding.UTF8.GetBytes("{\"id\":\"a\",\"value\":" + new string('[', 10_000) + new string(']', 10_000) + "}"), "schema" },
        { "deep and unclosed", Encoding.UTF8.GetBytes(new string('[', 10_000)), "schema" },
        { "missing property", """{"id":"a"}"""u8.ToArray(), "schema" },
        { "wrong type", """{"id":"a","value":"1"}"""u8.ToArray(), "schema" },
        { "out of range", """{"id":"a","value":1001}"""u8.ToArray(), "schema" },
        { "unknown property", """{"id":"a","value":1,"x":0}"""u8.ToArray(), "schema" },
        { "empty", [], "empty" },
    };

    [Theory]
    [MemberData(nameof(BrokenPayloads))]
    public async Task A_broken_payload_costs_one_quarantined_record_with_its_original_bytes_and_properties(string kind, byte[] body, string code)
    {
        world.Hub.Append(10, sequence => sequence == 4 ? body : Good(sequence), sequence => Properties("telemetry", sequence));

        var receipt = await world.ProcessAsync(0, 9);

        Assert.Equal((9, 1), ((int)receipt.Written, (int)receipt.Quarantined));
        var refused = Assert.Single(world.Quarantine.Visible);
        Assert.True(code == refused.Fault.Code.ToText(), $"{kind}: {refused.Fault}");
        Assert.Equal(body, refused.Body.ToArray());
        Assert.True(refused.IsWholeEvent);
        Assert.Equal(4L, refused.Event.Properties!["n"]);
        Assert.NotEmpty(refused.Fault.Detail);
        Assert.Equal([0, 1, 2, 3, 5, 6, 7, 8, 9], world.VisibleRows("telemetry").Select(r => int.Parse(r["id"]!, CultureInfo.InvariantCulture)).Order());
        Assert.Empty(world.Audit(last: 9));
    }

    [Fact]
    public async Task An_event_that_no_stream_takes_is_quarantined_and_says_what_the_streams_look_for()
    {
        world.Hub.Append(3, Good, sequence => Properties(sequence == 1 ? "other" : "telemetry", sequence));

        await world.ProcessAsync(0, 2);

        var refused = Assert.Single(world.Quarantine.Visible);
        Assert.Equal(FaultCode.UnknownStream, refused.Fault.Code);
        Assert.Contains("other", refused.Fault.Detail, StringComparison.Ordinal);
        Assert.Empty(world.Audit(last: 2));
    }

    [Fact]
    public async Task Each_record_of_a_packed_event_is_accepted_or_quarantined_by_itself()
    {
        world.Hub.Append(
            2, sequence => Encoding.UTF8.GetBytes($$"""
            {"id":"{{sequence}}-0","value":1}
            {"id":"{{sequence}}-1"}
            {"id":"{{sequence}}-2","value":3}
            """),
            sequence => Properties("packed", sequence));

        var receipt = await world.ProcessAsync(0, 1);

        Assert.Equal((4, 2), ((int)receipt.Written, (int)receipt.Quarantined));
        Assert.Equal([(0L, 1, """{"id":"0-1"}"""), (1L, 1, """{"id":"1-1"}""")],
            world.Quarantine.Visible.Select(r => (r.Event.SequenceNumber, r.Index, Encoding.UTF8.GetString(r.Body.Span))).Order());
        Assert.All(world.Quarantine.Visible, r => Assert.False(r.IsWholeEvent));
    }

    [Fact]
    public async Task A_row_that_a_table_refuses_is_quarantined_and_not_in_the_lake()
    {
        world.Table.Refuse = row => row["id"] == "3";
        world.Hub.Append(6, Good, sequence => Properties("telemetry", sequence));

        await world.ProcessAsync(0, 5);

        Assert.Equal(3, Assert.Single(world.Quarantine.Visible).Event.SequenceNumber);
        Assert.DoesNotContain(world.VisibleRows("telemetry"), r => r["id"] == "3");
        Assert.Empty(world.Audit(last: 5));
    }

    [Fact]
    public async Task A_batch_over_many_hours_is_committed_in_parts_of_64_segments()
    {
        // An event every 10 s of the in-memory hub: 60,000 events are 166 hours.
        world.Hub.Append(60_000, Good, sequence => Properties("telemetry", sequence));

        var receipt = await world.ProcessAsync(0, 59_999);

        Assert.Equal(60_000, receipt.Written);
        Assert.True(receipt.Commits >= 6, $"{receipt.Commits} commits");
        Assert.True(world.Progress.LongestPending <= DeliveryDecisions.MaxSegmentsPerCommit, $"{world.Progress.LongestPending} segments");
        Assert.Empty(world.Audit(last: 59_999));
    }

    [Fact]
    public async Task While_a_table_is_down_the_partition_holds_and_nothing_is_visible_or_quarantined()
    {
        world.Table.Down = true;
        world.Hub.Append(6, Good, sequence => Properties("telemetry", sequence));

        await Assert.ThrowsAsync<IOException>(() => world.ProcessAsync(0, 5));
        Assert.Empty(world.Segments.Visible);

        world.Table.Down = false;
        await world.ProcessAsync(0, 5);
        Assert.Empty(world.Quarantine.Visible);
        Assert.Empty(world.Audit(last: 5));
    }

    [Fact]
    public async Task Each_sweep_says_how_far_the_partition_is_behind_even_where_the_hub_is_read_by_nobody()
    {
        var told = new List<(string Name, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == IngestMeter.Name && instrument.Name.StartsWith("ingest.lag.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Tell(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Tell(instrument, value, tags));
        listener.Start();
        world.Hub.Append(10, Good, sequence => Properties("telemetry", sequence));
        await world.ProcessAsync(0, 5);

        await world.SweepAsync();

        Assert.Contains(("ingest.lag.events", 4), told);
        Assert.Contains(("ingest.lag.time", 40), told);

        void Tell(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (told)
            {
                told.Add((instrument.Name, value));
            }
        }
    }

    [Fact]
    public async Task The_sweeper_raises_an_alarm_where_a_commit_is_still_invisible_an_hour_after_it_was_made()
    {
        var time = new FakeTimeProvider();
        var hour = new PipelineWorld(Streams, null, time, ("schemas/telemetry.json", Schema));
        hour.Hub.Append(10, Good, sequence => Properties("telemetry", sequence));
        hour.Faults.Arm("publish", FaultKind.Fail);
        await Assert.ThrowsAsync<IOException>(() => hour.ProcessAsync(0, 9));
        Assert.Equal(9, hour.Progress[DeliveryWorld.Partition]!.Durable);
        Assert.Empty(hour.Segments.Visible);

        for (var minute = 1; minute < 60; minute++)
        {
            await FailToSweepAsync();
            Assert.Empty(Alarms());
        }

        await FailToSweepAsync();
        var alarm = Assert.Single(Alarms());
        Assert.Contains("1 committed segments have not been published for 01:00:00", alarm.Text, StringComparison.Ordinal);
        Assert.IsType<IOException>(alarm.Exception);

        // It is no state of the sweeper's: once the segment is visible there is nothing to raise an alarm about.
        hour.Faults.Disarm();
        time.Advance(TimeSpan.FromMinutes(1));
        await hour.SweepAsync();
        Assert.Single(Alarms());
        Assert.Empty(hour.Audit(last: 9));

        async Task FailToSweepAsync()
        {
            time.Advance(TimeSpan.FromMinutes(1));
            hour.Faults.Arm("publish", FaultKind.Fail);
            await Assert.ThrowsAsync<IOException>(hour.SweepAsync);
        }

        IEnumerable<(LogLevel Level, string Text, Exception? Exception)> Alarms() => hour.Log.Lines.Where(line => line.Level == LogLevel.Critical);
    }

    private static ReadOnlyMemory<byte> Good(long sequence) => Encoding.UTF8.GetBytes($$"""{"id":"{{sequence}}","value":{{sequence % 1000}}}""");

    private static Dictionary<string, object> Properties(string type, long sequence) => new() { ["type"] = type, ["n"] = sequence };
}
