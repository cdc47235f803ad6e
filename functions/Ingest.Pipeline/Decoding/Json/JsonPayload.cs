using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Json;

/// <summary>JSON: one record, one a line, or the elements of an array.</summary>
internal sealed class JsonPayload(CompiledSchema schema, DecodingOptions options) : IRecordReader
{
    private readonly JsonRecordReader reader = new(schema, new ReaderLimits(options.MaxDepth, options.MaxStringBytes));

    public ReadOnlySpan<byte> Id => reader.Id;

    public void ReadOne(in ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        if (TryReadAll(payload.Span, target, out var fault))
        {
            target.Commit(0, reader.Id, payload);
        }
        else
        {
            target.RefuseWhole(fault);
        }
    }

    public void ReadLines(ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        var lines = new JsonLines(payload);
        for (var index = 0; lines.TryNext(out var line); index++)
        {
            if (index == options.MaxRecordsPerEvent)
            {
                target.RefuseRest(index, lines.RestFrom(line), DecodeFaults.TooMany(options));
                return;
            }

            if (TryReadAll(line.Span, target, out var fault))
            {
                target.Commit(index, reader.Id, line);
            }
            else
            {
                target.Refuse(index, line, fault);
            }
        }
    }

    public void ReadArray(ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        var json = payload.Span;
        if (!JsonElements.TryOpen(payload, target, out var at))
        {
            return;
        }

        for (var index = 0; ; index++)
        {
            if (!JsonElements.TryBegin(payload, at, index, options, target) || !TryElement(payload, ref at, index, target)
                || !JsonElements.TryNext(payload, ref at, index, target))
            {
                return;
            }
        }
    }

    /// <summary>Reads a text that must hold one record and nothing else.</summary>
    public bool TryReadAll(ReadOnlySpan<byte> record, in DecodeTarget target, out Fault fault)
    {
        if (!TryRead(record, target, out var consumed, out fault))
        {
            return false;
        }

        if (JsonGrammar.SkipSpace(record, consumed) == record.Length)
        {
            return true;
        }

        target.Batch.RollbackRow();
        fault = DecodeFaults.Malformed("Text follows the record.");
        return false;
    }

    /// <summary>One element, to the comma or bracket behind it; false where the rest of the event was refused with it.</summary>
    private bool TryElement(ReadOnlyMemory<byte> payload, ref int at, int index, in DecodeTarget target)
    {
        var json = payload.Span;
        var start = at;
        if (TryRead(json[start..], target, out var consumed, out var fault))
        {
            at = JsonGrammar.SkipSpace(json, start + consumed);
            if (at == json.Length || json[at] is (byte)',' or (byte)']')
            {
                target.Commit(index, reader.Id, payload.Slice(start, consumed));
                return true;
            }

            target.Batch.RollbackRow();
            fault = DecodeFaults.Malformed("Expected , or ] behind a record.");
        }

        if (BrokenElement.TryFindEnd(json, start, out at))
        {
            target.Refuse(index, payload[start..at], fault);
            return true;
        }

        target.RefuseRest(index, payload[start..], JsonElements.EndUnknown(fault));
        return false;
    }

    /// <summary>Reads one record; on a fault the row is rolled back already.</summary>
    private bool TryRead(ReadOnlySpan<byte> json, in DecodeTarget target, out int consumed, out Fault fault)
    {
        reader.Attach(target.Batch);
        try
        {
            if (reader.TryRead(json, target.Event.EnqueuedUnixMs, out consumed, out fault))
            {
                return true;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A mistake of ours must not hold the partition for ever: it costs the record that brought it to light.
            consumed = 0;
            fault = DecodeFaults.Internal(exception);
        }

        target.Batch.RollbackRow();
        return false;
    }
}
