using System.Diagnostics.Metrics;
using System.Text;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Telemetry;
using Ingest.Testing.Delivery;

namespace Ingest.Pipeline.Tests.Telemetry;

/// <summary>What the pipeline measures while it works.</summary>
public sealed class PipelineTelemetryTests : IDisposable
{
    private const string Streams = """{ "streams": [ { "name": "readings", "schema": "s.json" } ] }""";
    private const string Schema = """{ "type": "object", "required": ["id", "v"], "properties": { "id": { "type": "string" }, "v": { "type": "number" } } }""";

    private readonly PipelineWorld world = new(Streams, ("s.json", Schema));
    private readonly MeterListener listener = new();
    private readonly List<(string Metric, double Value, string Tags)> measured = [];

    public PipelineTelemetryTests()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, world.Meter.Instruments))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
    }

    [Fact]
    public async Task The_ledger_adds_up_in_metrics_as_it_does_in_the_receipt()
    {
        world.Hub.Append(10, Body);

        await world.ProcessAsync(0, 9);

        Assert.Equal((10, 10, 9, 1), (Sum("ingest.events.received"), Sum("ingest.events.committed"), Sum("ingest.records.written"), Sum("ingest.records.quarantined")));
        Assert.Contains("reason=schema", Of("ingest.records.quarantined").Single().Tags, StringComparison.Ordinal);
        Assert.Equal(10, Of("ingest.batch.size").Single().Value);
        Assert.Equal(10, world.Meter.EventsReceived);
        Assert.True(Of("ingest.events.time_to_durable").Single().Value >= 0);

        // What did not happen costs nothing.
        Assert.Empty(Of("ingest.events.absent").Concat(Of("ingest.events.repaired")).Concat(Of("ingest.records.filtered")).Concat(Of("ingest.partition.holds")));
    }

    [Fact]
    public async Task Every_stage_of_a_commit_is_timed()
    {
        world.Hub.Append(10, Body);

        await world.ProcessAsync(0, 9);

        Assert.Equal(
            ["commit", "decode", "enrich", "publish", "stage", "tables"],
            Of("ingest.stage.duration").Select(m => m.Tags.Split("stage=")[1].Split(' ')[0]).Order());
        Assert.All(Of("ingest.stage.duration"), m => Assert.InRange(m.Value, 0, 60));
    }

    [Fact]
    public async Task What_is_read_from_the_hub_counts_as_repaired_and_what_it_lost_as_absent()
    {
        world.Hub.Append(30, Body);
        await world.ProcessAsync(0, 9);
        world.Hub.TrimTo(15);

        await world.ProcessAsync(20, 29);

        Assert.Equal((20, 25, 5, 5), (Sum("ingest.events.received"), Sum("ingest.events.committed"), Sum("ingest.events.repaired"), Sum("ingest.events.absent")));
    }

    [Fact]
    public async Task A_commit_that_fails_counts_nothing_until_it_succeeds()
    {
        world.Hub.Append(10, Body);
        world.Faults.Arm("commit", FaultKind.Fail);
        await Assert.ThrowsAnyAsync<Exception>(() => world.ProcessAsync(0, 9));
        Assert.True(world.Faults.Struck);
        Assert.Equal((10, 0, 0), (Sum("ingest.events.received"), Sum("ingest.events.committed"), Sum("ingest.records.written")));

        await world.ProcessAsync(0, 9);

        Assert.Equal((20, 10, 9), (Sum("ingest.events.received"), Sum("ingest.events.committed"), Sum("ingest.records.written")));
    }

    [Fact]
    public async Task Each_attempt_at_a_held_partition_counts_a_batch_as_well_as_a_sweep()
    {
        world.Hub.Append(20, Body);
        await world.ProcessAsync(0, 9);
        world.Progress.Overwrite(DeliveryWorld.Partition, null);

        // What the instance remembers of the row goes with the first write that finds it gone.
        await Assert.ThrowsAsync<PartitionHeldException>(() => world.ProcessAsync(10, 19));
        await Assert.ThrowsAsync<PartitionHeldException>(() => world.SweepAsync());

        Assert.Equal(2, Sum("ingest.partition.holds"));
    }

    public void Dispose() => listener.Dispose();

    private static ReadOnlyMemory<byte> Body(long sequence) => Encoding.UTF8.GetBytes(sequence == 7 ? """{ "id": "a", "v": "seven" }""" : """{ "id": "a", "v": 1 }""");

    private List<(string Metric, double Value, string Tags)> Of(string metric) => [.. measured.Where(m => m.Metric == metric)];

    private double Sum(string metric) => Of(metric).Sum(m => m.Value);

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (measured)
        {
            measured.Add((instrument.Name, value, text));
        }
    }
}
