using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline;

/// <summary>
/// The first two rooms as one: routes an event, or each of its records, and decodes it into the batches of its streams. Not
/// thread-safe.
/// </summary>
/// <param name="decoderOf">The decoder of a stream; asked for each event.</param>
/// <param name="batchOf">The batch that takes a stream's rows.</param>
public sealed class EventDecoder(
    StreamCatalog catalog, Func<StreamDefinition, RecordDecoder> decoderOf, Func<StreamDefinition, RecordBatch> batchOf)
{
    private readonly List<int> candidates = [];

    /// <summary>Every record of the event becomes one row of one batch, or is added to <paramref name="refused"/>.</summary>
    /// <param name="ordinal">Index of the event in its batch.</param>
    public void Decode(in IncomingEvent source, int ordinal, List<QuarantinedRecord> refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        if (source.Replay?.Fault is { } wrong)
        {
            refused.Add(QuarantinedRecord.WholeEvent(source, wrong, null));
            return;
        }

        var first = catalog.Find(source);
        if (first < 0)
        {
            var fault = new Fault(FaultStage.Route, FaultCode.UnknownStream, catalog.DescribeMiss(source));
            refused.Add(QuarantinedRecord.WholeEvent(source, fault, null));
            return;
        }

        var stream = catalog.Streams[first];
        if (!catalog.LooksIntoRecords(first))
        {
            decoderOf(stream).Decode(source, ordinal, batchOf(stream), refused);
            return;
        }

        catalog.FindAll(source, candidates);
        var router = new RecordRouter(this, source, ordinal, refused);
        decoderOf(stream).Distribute(source, ordinal, batchOf(stream), router, refused);
    }

    private readonly ref struct RecordRouter(EventDecoder owner, in IncomingEvent source, int ordinal, List<QuarantinedRecord> refused) : IRecordRouter
    {
        private readonly ref readonly IncomingEvent source = ref source;

        public void Route(int index, ReadOnlyMemory<byte> record, bool isWhole) => owner.DecodeRecord(source, ordinal, index, record, isWhole, refused);
    }

    private void DecodeRecord(
        in IncomingEvent source, int ordinal, int index, ReadOnlyMemory<byte> record, bool isWhole, List<QuarantinedRecord> refused)
    {
        if (catalog.RouteRecord(source, record.Span, candidates) is { } stream)
        {
            decoderOf(stream).DecodeRecord(source, ordinal, index, record, isWhole, batchOf(stream), refused);
            return;
        }

        var fault = new Fault(FaultStage.Route, FaultCode.UnknownStream, catalog.DescribeRecordMiss(source, record.Span));
        refused.Add(isWhole
            ? QuarantinedRecord.WholeEvent(source, fault, null)
            : new QuarantinedRecord(source, index, record, IsWholeEvent: false, fault, null, source.SequenceNumber));
    }
}
