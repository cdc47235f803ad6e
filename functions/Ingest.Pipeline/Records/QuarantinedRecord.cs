using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Records;

/// <summary>A record, or a whole event, that was refused, with everything needed to look at it and to send it again.</summary>
/// <param name="Event">The event it came in: properties, enqueued time, partition key.</param>
/// <param name="Index">Position inside the event, from 0.</param>
/// <param name="Body">Original bytes: the event's body where all of it was refused (still content-encoded), else the record's own bytes.</param>
/// <param name="IsWholeEvent">Whether <paramref name="Body"/> is the event's body as it was received.</param>
/// <param name="Stream">The stream it was routed to; null where routing failed.</param>
/// <param name="LastSequence">For <see cref="FaultCode.AbsentUpstream"/> the end of the range that begins at the event's sequence number; else that number.</param>
public sealed record QuarantinedRecord(
    IncomingEvent Event, int Index, ReadOnlyMemory<byte> Body, bool IsWholeEvent, Fault Fault, string? Stream, long LastSequence)
{
    public static QuarantinedRecord WholeEvent(in IncomingEvent source, Fault fault, string? stream) =>
        new(source, 0, source.Body, true, fault, stream, source.SequenceNumber);

    /// <summary>A range of sequence numbers that the hub no longer has.</summary>
    public static QuarantinedRecord Absent(long first, long last, long enqueuedUnixMs) => new(
        new IncomingEvent { Body = default, SequenceNumber = first, EnqueuedUnixMs = enqueuedUnixMs }, 0, default, true,
        new Fault(FaultStage.Deliver, FaultCode.AbsentUpstream, $"The hub no longer has sequence numbers {first} to {last}."), null, last);
}
