using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Decoding;

/// <summary>Where the records of one event go: to a row, or among the refused.</summary>
/// <param name="stream">For the refused; null where none was found yet.</param>
internal readonly ref struct DecodeTarget(in IncomingEvent source, int eventOrdinal, RecordBatch batch, List<QuarantinedRecord> refused, string? stream)
{
    private readonly ref readonly IncomingEvent source = ref source;

    public ref readonly IncomingEvent Event => ref source;

    public RecordBatch Batch { get; } = batch;

    public int EventOrdinal { get; } = eventOrdinal;

    public List<QuarantinedRecord> Refused { get; } = refused;

    public void Commit(int index, ReadOnlySpan<byte> id, ReadOnlyMemory<byte> bytes) => Batch.CommitRow(source, EventOrdinal, index, id, bytes);

    public void RefuseWhole(Fault fault) => Refused.Add(QuarantinedRecord.WholeEvent(Event, fault, stream));

    public void Refuse(int index, ReadOnlyMemory<byte> bytes, Fault fault) =>
        Refused.Add(new QuarantinedRecord(Event, index, bytes, IsWholeEvent: false, fault, stream, Event.SequenceNumber));

    /// <summary>Refuses all that follows as one: the event as it came where nothing of it was taken before.</summary>
    public void RefuseRest(int index, ReadOnlyMemory<byte> rest, Fault fault)
    {
        if (index == 0)
        {
            RefuseWhole(fault);
        }
        else
        {
            Refuse(index, rest, fault);
        }
    }
}

/// <summary>Faults that several formats have in common.</summary>
internal static class DecodeFaults
{
    public static Fault Malformed(string detail, string? path = "") => new(FaultStage.Decode, FaultCode.Malformed, detail, path);

    public static Fault Schema(string detail, string? path) => new(FaultStage.Validate, FaultCode.Schema, detail, path);

    public static Fault TooMany(DecodingOptions options) => new(
        FaultStage.Decode, FaultCode.TooLarge, $"The event holds more than {options.MaxRecordsPerEvent} records; the others are kept together.");

    public static Fault Empty() => new(FaultStage.Decode, FaultCode.Empty, "The event holds no record.");

    public static Fault Internal(Exception exception) => new(
        FaultStage.Decode, FaultCode.Internal, $"Reading the record failed: {exception.GetType().Name}: {exception.Message}");
}

/// <summary>Takes an event's payload apart. Every part of it ends as exactly one row or one refused record.</summary>
internal interface IPayloadReader
{
    void Read(ReadOnlyMemory<byte> payload, in DecodeTarget target);
}

/// <summary>Reads one record whose bytes are known. Not thread-safe; never throws for what the bytes hold.</summary>
internal interface IRecordReader
{
    /// <summary>The id of the record read last; empty where it has none.</summary>
    ReadOnlySpan<byte> Id { get; }

    /// <summary>Appends all of <paramref name="record"/> to the target's batch without committing the row. On a fault the row is rolled back.</summary>
    bool TryReadAll(ReadOnlySpan<byte> record, in DecodeTarget target, out Fault fault);
}
