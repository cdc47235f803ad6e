using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>Protocol Buffers: the event is one message, or many with their lengths before them.</summary>
internal sealed class ProtobufPayload(ProtobufDefinition definition, CompiledSchema columns, DecodingOptions options) : IPayloadReader, IRecordReader
{
    private readonly RowWriter row = new(columns, options);
    private readonly ProtoReader reader = new(definition.Plan);

    public ReadOnlySpan<byte> Id => row.Id;

    public void Read(ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        if (definition.IsDelimited)
        {
            ReadMany(payload, target);
        }
        else if (TryReadAll(payload.Span, target, out var fault))
        {
            target.Commit(0, Id, payload);
        }
        else
        {
            target.RefuseWhole(fault);
        }
    }

    public bool TryReadAll(ReadOnlySpan<byte> record, in DecodeTarget target, out Fault fault)
    {
        row.Attach(target.Batch);
        try
        {
            var cursor = new ProtoCursor(record, 0, record.Length, options);
            if (reader.TryRead(ref cursor, row) && row.Finish(target.Event.EnqueuedUnixMs))
            {
                fault = default;
                return true;
            }

            fault = row.Fault;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fault = DecodeFaults.Internal(exception);
        }

        target.Batch.RollbackRow();
        return false;
    }

    private void ReadMany(ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        var cursor = new ProtoCursor(payload.Span, 0, payload.Length, options);
        for (var index = 0; cursor.At < payload.Length; index++)
        {
            var start = cursor.At;
            if (index == options.MaxRecordsPerEvent)
            {
                target.RefuseRest(index, payload[start..], DecodeFaults.TooMany(options));
                return;
            }

            if (!cursor.TryLength(out var length))
            {
                target.RefuseRest(index, payload[start..], DecodeFaults.Malformed("The length of a message is cut off, or longer than the event."));
                return;
            }

            var message = payload.Slice(cursor.At, length);
            cursor.At += length;
            if (TryReadAll(message.Span, target, out var fault))
            {
                target.Commit(index, Id, message);
            }
            else
            {
                target.Refuse(index, message, fault);
            }
        }
    }
}
