using System.Diagnostics;
using System.Text;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Telemetry;
using Ingest.Testing.Delivery;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Tests;

/// <summary>Mistakes of ours that some record brings to light: a decoder or an enricher throws what it must not.</summary>
public class PoisonIsolationTests
{
    private const string Streams = """
        {
          "streams": [
            { "name": "aaa", "when": { "property:type": "a" }, "format": "ndjson", "schema": "schemas/a.json" },
            { "name": "bbb", "when": { "property:type": "b" }, "format": "ndjson", "schema": "schemas/a.json" }
          ]
        }
        """;

    private const string OneStream = """{ "streams": [ { "name": "aaa", "format": "ndjson", "schema": "schemas/a.json" } ] }""";

    private const string Schema = """{ "type": "object", "properties": { "id": { "type": "string" } } }""";

    private readonly PipelineWorld world = new(Streams, ("schemas/a.json", Schema));

    [Fact]
    public async Task An_event_whose_reading_throws_costs_that_event_and_says_what_was_thrown()
    {
        world.Hub.Append(100, Body, n => n == 42 ? new ThrowingProperties() : Properties(n));

        var receipt = await world.ProcessAsync(0, 99);

        var refused = Assert.Single(world.Quarantine.Visible);
        Assert.Equal((42L, FaultCode.Internal), (refused.Event.SequenceNumber, refused.Fault.Code));
        Assert.Contains("a property cannot be read", refused.Fault.Detail, StringComparison.Ordinal);
        Assert.Equal(198, receipt.Written);
        Assert.Contains(world.Log.Lines, line => line.Level == LogLevel.Critical && line.Exception is FormatException);
        Assert.Empty(world.Audit(last: 99));
    }

    [Fact]
    public async Task A_record_for_which_an_enricher_throws_is_found_among_thousands_and_costs_itself_alone()
    {
        world.Enrichers["aaa"] = [new Throwing("71-1", "12-0", "13-0")];
        world.Hub.Append(1000, Body, Properties);

        var receipt = await world.ProcessAsync(0, 999);

        Assert.Equal([(12L, 0), (71L, 1)], world.Quarantine.Visible.Select(r => (r.Event.SequenceNumber, r.Index)).Order());
        Assert.All(world.Quarantine.Visible, r => Assert.Equal((FaultCode.Internal, FaultStage.Enrich), (r.Fault.Code, r.Fault.Stage)));
        Assert.Equal("""{"id":"71-1"}""", Encoding.UTF8.GetString(world.Quarantine.Visible.Single(r => r.Index == 1).Body.Span));
        Assert.Equal(1998, receipt.Written);
        Assert.Empty(world.Audit(last: 999));
    }

    [Fact]
    public async Task Another_streams_records_are_not_touched_by_an_enrichers_mistake()
    {
        world.Enrichers["aaa"] = [new Throwing("2-0")];
        world.Hub.Append(10, Body, n => new Dictionary<string, object> { ["type"] = n % 2 == 0 ? "a" : "b" });

        await world.ProcessAsync(0, 9);

        Assert.Equal(10, world.VisibleRows("bbb").Count());
        Assert.Equal(9, world.VisibleRows("aaa").Count());
    }

    [Fact]
    public async Task Ten_records_are_always_tolerated_and_more_only_up_to_one_in_a_hundred()
    {
        var world = new PipelineWorld(OneStream, ("schemas/a.json", Schema));
        world.Hub.Append(20, Body, Properties);
        world.Enrichers["aaa"] = [new Throwing([.. Enumerable.Range(0, 10).Select(n => $"{n}-0")])];
        await world.ProcessAsync(0, 19);
        Assert.Equal(10, world.Quarantine.Visible.Count());

        world.Hub.Append(20, Body, Properties);
        world.Enrichers["aaa"] = [new Throwing([.. Enumerable.Range(20, 11).Select(n => $"{n}-0")])];
        var held = await Assert.ThrowsAsync<PartitionHeldException>(() => world.ProcessAsync(20, 39));

        Assert.True(held.NeedsOperator);
        Assert.Contains("the enrichers of aaa fail for more than single records", held.Message, StringComparison.Ordinal);
        Assert.Contains("cannot enrich 20-0", held.Message, StringComparison.Ordinal);
        Assert.Equal(19, world.Progress[DeliveryWorld.Partition]!.Durable);
        Assert.Contains("the enrichers of aaa", world.Progress.Holds[DeliveryWorld.Partition], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bug_in_one_streams_enricher_never_stops_the_other_streams(bool onlyTogether)
    {
        world.Enrichers["aaa"] = [onlyTogether ? new FailingTogether() : new Throwing([.. Enumerable.Range(0, 100).Select(n => $"{n}-0")])];
        world.Hub.Append(100, Body, n => new Dictionary<string, object> { ["type"] = n % 2 == 0 ? "a" : "b" });

        var receipt = await world.ProcessAsync(0, 99);

        Assert.Equal((100, 100), ((int)receipt.Written, (int)receipt.Quarantined));
        Assert.Equal(100, world.VisibleRows("bbb").Count());
        Assert.Empty(world.VisibleRows("aaa"));
        Assert.All(world.Quarantine.Visible, r => Assert.Equal((FaultCode.Internal, "aaa"), (r.Fault.Code, r.Stream)));
        Assert.Contains("""{"id":"42-1"}""", world.Quarantine.Visible.Select(r => Encoding.UTF8.GetString(r.Body.Span)));
        Assert.All(world.Quarantine.Visible, r => Assert.Contains("all of the stream's are set aside", r.Fault.Detail, StringComparison.Ordinal));
        Assert.Single(world.Log.Lines, line => line.Level == LogLevel.Critical && line.Text.Contains("100 records of stream aaa", StringComparison.Ordinal));
        Assert.Empty(world.Audit(last: 99));
    }

    [Fact]
    public async Task Not_even_where_a_batch_has_records_of_that_stream_alone()
    {
        world.Enrichers["aaa"] = [new FailingTogether()];
        world.Hub.Append(10, Body, _ => new Dictionary<string, object> { ["type"] = "a" });
        world.Hub.Append(10, Body, _ => new Dictionary<string, object> { ["type"] = "b" });

        await world.ProcessAsync(0, 9);
        await world.ProcessAsync(10, 19);

        Assert.Equal(20, world.VisibleRows("bbb").Count());
        Assert.Empty(world.Audit(last: 19));
    }

    [Fact]
    public async Task Bugs_in_the_enrichers_of_several_streams_hold_the_partition()
    {
        world.Enrichers["aaa"] = world.Enrichers["bbb"] = [new FailingTogether()];
        world.Hub.Append(10, Body, n => new Dictionary<string, object> { ["type"] = n % 2 == 0 ? "a" : "b" });

        var held = await Assert.ThrowsAsync<PartitionHeldException>(() => world.ProcessAsync(0, 9));

        Assert.Contains("the enrichers of aaa, bbb", held.Message, StringComparison.Ordinal);
        Assert.Empty(world.Segments.Visible);
    }

    [Fact]
    public async Task A_small_stream_that_fails_whole_is_less_than_one_in_a_hundred_of_a_batch_and_isolated_record_by_record()
    {
        world.Enrichers["aaa"] = [new Throwing([.. Enumerable.Range(0, 2000).Where(n => n % 100 == 0).Select(n => $"{n}-0")])];
        world.Hub.Append(2000, Body, n => new Dictionary<string, object> { ["type"] = n % 100 == 0 ? "a" : "b" });

        var receipt = await world.ProcessAsync(0, 1999);

        Assert.Equal(20, receipt.Quarantined);
        Assert.Equal(20, world.VisibleRows("aaa").Count());
        Assert.Empty(world.Audit(last: 1999));
    }

    [Fact]
    public async Task Many_events_that_cannot_be_read_hold_the_partition()
    {
        world.Hub.Append(100, Body, n => n < 11 ? new ThrowingProperties() : Properties(n));

        await Assert.ThrowsAsync<PartitionHeldException>(() => world.ProcessAsync(0, 99));

        Assert.Empty(world.Segments.Visible);
    }

    [Theory]
    [InlineData(typeof(OutOfMemoryException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task Lack_of_memory_and_cancellation_while_an_event_is_read_hold_and_quarantine_nothing(Type exception)
    {
        world.Hub.Append(10, Body, n => n == 4 ? new ThrowingProperties((Exception)Activator.CreateInstance(exception)!) : Properties(n));

        await Assert.ThrowsAsync(exception, () => world.ProcessAsync(0, 9));

        Assert.Empty(world.Segments.Visible);
    }

    public static TheoryData<Exception> OfTheWorld() =>
        [new IOException("the store is down"), new OutOfMemoryException(), new OperationCanceledException(), new PartitionHeldException("wait", false)];

    [Theory]
    [MemberData(nameof(OfTheWorld))]
    public async Task What_an_enricher_that_asks_somebody_throws_holds_and_quarantines_nothing(Exception exception)
    {
        world.Enrichers["aaa"] = [new Failing(exception, asksNobody: exception is not IOException)];
        world.Hub.Append(10, Body, Properties);

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => world.ProcessAsync(0, 9));

        Assert.Equal(exception.GetType(), thrown.GetType());
        Assert.Empty(world.Segments.Visible);
    }

    [Fact]
    public async Task A_mistake_that_no_single_record_brings_about_holds_where_there_is_no_other_stream()
    {
        var world = new PipelineWorld(OneStream, ("schemas/a.json", Schema));
        world.Enrichers["aaa"] = [new FailingTogether()];
        world.Hub.Append(10, Body, Properties);

        await Assert.ThrowsAsync<PartitionHeldException>(() => world.ProcessAsync(0, 9));

        Assert.Empty(world.Segments.Visible);
    }

    [Fact]
    public async Task An_enricher_that_throws_whatever_is_left_out_ends_the_search()
    {
        var world = new PipelineWorld(OneStream, ("schemas/a.json", Schema));
        world.Enrichers["aaa"] = [new Failing(new InvalidCastException("whatever"), asksNobody: true)];
        world.Hub.Append(1, Body, Properties);

        await Assert.ThrowsAsync<PartitionHeldException>(() => world.ProcessAsync(0, 0).WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Empty(world.Segments.Visible);
    }

    [Fact]
    public async Task An_event_whose_properties_cannot_be_read_costs_itself_alone_where_a_commit_has_to_be_cut_and_where_batches_are_traced()
    {
        var hours = 0;
        world.Hub.NextStepMs = () => ++hours * 3_600_000;
        world.Hub.Append(60, Body, n => n == 42 ? new ThrowingProperties() : Properties(n));
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == IngestTracing.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);

        var receipt = await world.ProcessAsync(0, 59);

        Assert.True(receipt.Commits > 1, "Nothing had to be cut.");
        Assert.Equal(42, Assert.Single(world.Quarantine.Visible).Event.SequenceNumber);
        Assert.Empty(world.Audit(last: 59));
    }

    private static ReadOnlyMemory<byte> Body(long n) => Encoding.UTF8.GetBytes($$"""
        {"id":"{{n}}-0"}
        {"id":"{{n}}-1"}
        """);

    private static Dictionary<string, object> Properties(long n) => new() { ["type"] = n == 13 ? "b" : "a" };

    private sealed class Throwing(params string[] ids) : IEnricher
    {
        public bool AsksNobody => true;

        public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
        {
            var column = (BytesColumn)batch["id"];
            for (var row = 0; row < batch.RowCount; row++)
            {
                if (!batch.IsExcluded(row) && ids.Contains(Encoding.UTF8.GetString(column[row])))
                {
                    throw new InvalidOperationException($"cannot enrich {Encoding.UTF8.GetString(column[row])}");
                }
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Failing(Exception exception, bool asksNobody) : IEnricher
    {
        public bool AsksNobody => asksNobody;

        public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken) => Task.FromException(exception);
    }

    private sealed class FailingTogether : IEnricher
    {
        public bool AsksNobody => true;

        public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken) =>
            batch.IncludedCount > 3 ? throw new InvalidOperationException("too many") : Task.CompletedTask;
    }

    private sealed class ThrowingProperties(Exception? exception = null) : Dictionary<string, object>, IDictionary<string, object>
    {
        bool IDictionary<string, object>.TryGetValue(string key, out object value) =>
            throw exception ?? new FormatException("a property cannot be read");
    }
}
