using System.Diagnostics;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;

namespace Ingest.Pipeline.Tests.Telemetry;

public class IngestTracingTests
{
    private static readonly PartitionId Partition = new("ns", "traced", 4);

    [Fact]
    public void A_batch_is_one_span_that_is_linked_to_the_spans_its_events_were_sent_in()
    {
        using var recorder = new SpanRecorder();
        using var tracing = new IngestTracing(new TelemetryOptions { MaxLinks = 100 });
        var events = new[]
        {
            Event(0, ("Diagnostic-Id", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")),
            Event(1, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203332-00")),
            Event(2, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203332-00")),
            Event(3, ("Diagnostic-Id", "|hierarchical.1.")),
            Event(4, ("Diagnostic-Id", 17)),
            Event(5),
        };

        using (var span = tracing.StartBatch(new EventBatch(Partition, events)))
        {
            IngestTracing.Succeeded(span, 6, 5, 1, 0);
        }

        var recorded = Assert.Single(recorder.Spans);
        Assert.Equal(("traced process", ActivityKind.Consumer), (recorded.DisplayName, recorded.Kind));
        Assert.Equal(["b7ad6b7169203331", "b7ad6b7169203332"], recorded.Links.Select(l => l.Context.SpanId.ToHexString()));
        Assert.Equal((4, 6, 5L), (recorded.GetTagItem("messaging.destination.partition.id"), recorded.GetTagItem("messaging.batch.message_count"), recorded.GetTagItem("ingest.last")));
        Assert.Equal(1L, recorded.GetTagItem("ingest.quarantined"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(16, 16)]
    [InlineData(100, 100)]
    public void Links_are_bounded_and_so_are_the_events_that_are_looked_at(int most, int links)
    {
        using var recorder = new SpanRecorder();
        using var tracing = new IngestTracing(new TelemetryOptions { MaxLinks = most });
        var looks = 0;
        var events = Enumerable.Range(0, 2_000).Select(i => Event(i, new CountingProperties(() => looks++, $"00-0af7651916cd43dd8448eb211c80319c-{i + 1:x16}-01"))).ToArray();

        tracing.StartBatch(new EventBatch(Partition, events))!.Dispose();

        Assert.Equal((links, links), (Assert.Single(recorder.Spans).Links.Count(), looks));
    }

    [Fact]
    public void Nobody_listening_means_no_span_and_no_look_at_any_event()
    {
        using var tracing = new IngestTracing(new TelemetryOptions());
        var looks = 0;

        // Other tests' listeners record spans of this name; here the sampler says no.
        using var deaf = new SpanRecorder(ActivitySamplingResult.PropagationData);
        tracing.StartBatch(new EventBatch(Partition, new[] { Event(0, new CountingProperties(() => looks++, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")) }))?.Dispose();

        Assert.Equal(0, looks);
    }

    [Fact]
    public void A_batch_that_fails_says_why()
    {
        using var recorder = new SpanRecorder();
        using var tracing = new IngestTracing(new TelemetryOptions());

        using (var span = tracing.StartBatch(new EventBatch(Partition, new[] { Event(0) })))
        {
            IngestTracing.Failed(span, new TimeoutException("the store is away"));
        }

        var recorded = Assert.Single(recorder.Spans);
        Assert.Equal((ActivityStatusCode.Error, "the store is away"), (recorded.Status, recorded.StatusDescription));
    }

    private static IncomingEvent Event(long sequence, params (string Name, object Value)[] properties) =>
        Event(sequence, properties.ToDictionary(p => p.Name, p => p.Value));

    private static IncomingEvent Event(long sequence, IDictionary<string, object> properties) =>
        new() { Body = default, SequenceNumber = sequence, EnqueuedUnixMs = 0, Properties = properties };

    /// <summary>Records spans of this thread's flow alone, because other tests make some too.</summary>
    private sealed class SpanRecorder : IDisposable
    {
        private static readonly AsyncLocal<SpanRecorder?> Current = new();

        private readonly ActivityListener listener;

        public SpanRecorder(ActivitySamplingResult result = ActivitySamplingResult.AllDataAndRecorded)
        {
            Current.Value = this;
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == IngestTracing.Name,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ReferenceEquals(Current.Value, this) ? result : ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    if (ReferenceEquals(Current.Value, this))
                    {
                        Spans.Add(span);
                    }
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public List<Activity> Spans { get; } = [];

        public void Dispose() => listener.Dispose();
    }

    /// <summary>Properties that say when somebody looks, because looking decodes them.</summary>
    private sealed class CountingProperties : System.Collections.ObjectModel.ReadOnlyDictionary<string, object>, IDictionary<string, object>
    {
        private readonly Action looked;

        public CountingProperties(Action looked, string parent)
            : base(new Dictionary<string, object> { ["Diagnostic-Id"] = parent }) => this.looked = looked;

        int ICollection<KeyValuePair<string, object>>.Count
        {
            get
            {
                looked();
                return Count;
            }
        }
    }
}
