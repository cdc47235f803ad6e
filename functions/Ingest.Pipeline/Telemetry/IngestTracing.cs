using System.Diagnostics;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Telemetry;

/// <summary>
/// The source <c>Ingest</c>: one span a batch, linked to the spans in which its events were sent. Looks at events only while
/// somebody records the span, and then at no more of them than it may have links.
/// </summary>
public sealed class IngestTracing(TelemetryOptions options) : IDisposable
{
    public const string Name = "Ingest";

    // Event Hubs SDKs write the first, OpenTelemetry instrumentation and IoT devices the second.
    private static readonly string[] ContextProperties = ["Diagnostic-Id", "traceparent"];

    private readonly ActivitySource source = new(Name);

    /// <summary>Null where nobody listens. The caller disposes it.</summary>
    public Activity? StartBatch(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var span = source.StartActivity("ingest.batch", ActivityKind.Consumer);
        if (span?.IsAllDataRequested != true)
        {
            return span;
        }

        span.DisplayName = $"{batch.Partition.Hub} process";
        span.SetTag("messaging.system", "eventhubs").SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", batch.Partition.Hub).SetTag("messaging.destination.partition.id", batch.Partition.Number)
            .SetTag("messaging.batch.message_count", batch.Count)
            .SetTag("ingest.first", batch.First).SetTag("ingest.last", batch.Last);
        Link(span, batch.Events.Span);
        return span;
    }

    /// <summary>Writes the ledger of the batch to its span.</summary>
    public static void Succeeded(Activity? span, long committed, long written, long quarantined, long filtered) => span?
        .SetTag("ingest.committed", committed).SetTag("ingest.written", written)
        .SetTag("ingest.quarantined", quarantined).SetTag("ingest.filtered", filtered);

    /// <summary>Says on the span of the batch why it will be delivered again.</summary>
    public static void Failed(Activity? span, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        span?.SetStatus(ActivityStatusCode.Error, exception.Message).SetTag("error.type", exception.GetType().FullName);
    }

    public void Dispose() => source.Dispose();

    /// <summary>Looks at events evenly spread over the batch: neighbours were often sent in one span.</summary>
    private void Link(Activity span, ReadOnlySpan<IncomingEvent> events)
    {
        var looks = Math.Min(options.MaxLinks, events.Length);
        var seen = new HashSet<ActivitySpanId>();
        for (var look = 0; look < looks; look++)
        {
            if (ContextOf(events[(int)((long)look * events.Length / looks)]) is { } context && seen.Add(context.SpanId))
            {
                span.AddLink(new ActivityLink(context));
            }
        }
    }

    private static ActivityContext? ContextOf(in IncomingEvent e)
    {
        try
        {
            if (e.Properties is { Count: > 0 } properties)
            {
                foreach (var name in ContextProperties)
                {
                    if (properties.TryGetValue(name, out var value) && value is string text
                        && ActivityContext.TryParse(text, null, isRemote: true, out var context))
                    {
                        return context;
                    }
                }
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Properties may be decoded on first use; decoding the event will find the same, and costs that event alone.
        }

        return null;
    }
}
