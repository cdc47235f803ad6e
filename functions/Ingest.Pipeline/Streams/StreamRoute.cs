using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams;

/// <summary>The conditions of one stream, in the form that routing reads.</summary>
internal sealed class StreamRoute
{
    private readonly Condition[] ofEvent;
    private readonly RecordCondition[] ofRecord;

    public StreamRoute(StreamDefinition stream)
    {
        Stream = stream;
        ofEvent = [.. stream.When.Where(c => !IsOfRecord(c)).Select(c => new Condition(c.Source, c.Name, [.. c.Values]))];
        ofRecord = [.. stream.When.Where(IsOfRecord).Select(c => new RecordCondition(c))];
    }

    public StreamDefinition Stream { get; }

    /// <summary>Whether some of the conditions can only be judged record by record.</summary>
    public bool LooksIntoRecords => ofRecord.Length > 0;

    /// <summary>Whether the conditions hold that the event as a whole can be judged by.</summary>
    public bool Takes(ref RouteSubject subject)
    {
        foreach (var condition in ofEvent)
        {
            if (!subject.Holds(condition.Source, condition.Name, condition.Values))
            {
                return false;
            }
        }

        return ofRecord.Length == 0 || PayloadShapes.Of(Stream.Payload, subject.Event).IsJson();
    }

    /// <summary>Whether the other conditions hold for one record of the event.</summary>
    public bool TakesRecord(in IncomingEvent source, ReadOnlySpan<byte> record)
    {
        if (ofRecord.Length == 0)
        {
            return true;
        }

        var shape = PayloadShapes.Of(Stream.Payload, source);
        foreach (var condition in ofRecord)
        {
            if (!condition.Holds(source, record, shape))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOfRecord(RouteCondition condition) => condition.Source is RouteSource.Record or RouteSource.CloudEvent;

    private sealed record Condition(RouteSource Source, string Name, string[] Values);

    private sealed class RecordCondition(RouteCondition condition)
    {
        private readonly string[] values = [.. condition.Values];
        private readonly byte[][] texts = [.. condition.Values.Select(Encoding.UTF8.GetBytes)];

        private readonly byte[][] path = condition.Source == RouteSource.CloudEvent
            ? [Encoding.UTF8.GetBytes(condition.Name)]
            : [.. JsonPointer.Parse(condition.Name)!.Select(Encoding.UTF8.GetBytes)];

        private readonly byte[][] pathInEnvelope = condition.Source == RouteSource.CloudEvent
            ? []
            : ["data"u8.ToArray(), .. JsonPointer.Parse(condition.Name)!.Select(Encoding.UTF8.GetBytes)];

        public bool Holds(in IncomingEvent source, ReadOnlySpan<byte> record, PayloadShape shape) => (condition.Source, shape) switch
        {
            (RouteSource.CloudEvent, PayloadShape.BinaryCloudEvent) => RouteSubject.HoldsAttribute(source, condition.Name, values),
            (RouteSource.CloudEvent, PayloadShape.CloudEvents) => RecordValue.Matches(record, path, texts),
            (RouteSource.CloudEvent, _) => false,
            _ => RecordValue.Matches(record, shape == PayloadShape.CloudEvents ? pathInEnvelope : path, texts),
        };
    }
}
