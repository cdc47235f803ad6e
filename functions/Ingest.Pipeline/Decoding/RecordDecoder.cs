using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding;

/// <summary>
/// Turns the events of one stream into rows. Every record of every event ends as exactly one row or one refused record. Not
/// thread-safe: one instance a worker; <see cref="RecordDecoderPool"/> hands them out. Never throws for what an event holds.
/// </summary>
public sealed class RecordDecoder : IDisposable
{
    private readonly string stream;
    private readonly PayloadFormat format;
    private readonly DecodingOptions options;
    private readonly JsonRecordReader reader;
    private readonly ContentDecoder content;

    public RecordDecoder(string stream, PayloadFormat format, CompiledSchema schema, DecodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (this.stream, this.format, this.options) = (stream, format, options);
        reader = new JsonRecordReader(schema, new ReaderLimits(options.MaxDepth, options.MaxStringBytes));
        content = new ContentDecoder(options);
    }

    /// <summary>
    /// Appends the event's good records to <paramref name="into"/> and the others to <paramref name="refused"/>. The bytes of both
    /// stay valid until <paramref name="into"/> is cleared, as long as the event's body does.
    /// </summary>
    /// <param name="eventOrdinal">Index of the event in its batch.</param>
    /// <param name="into">A batch whose first columns are the schema's.</param>
    public void Decode(in IncomingEvent e, int eventOrdinal, RecordBatch into, List<QuarantinedRecord> refused)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(refused);
        var payload = e.Body;
        if (ContentDecoder.EncodingOf(e) is { } encoding && !payload.IsEmpty)
        {
            if (content.Decode(payload, encoding, out var undecodable) is not { } decoded)
            {
                refused.Add(QuarantinedRecord.WholeEvent(e, undecodable, stream));
                return;
            }

            into.KeepUntilClear(decoded);
            payload = decoded.Bytes;
        }
        else if (payload.Length > options.MaxDecompressedBytes)
        {
            var detail = $"The body has {payload.Length} bytes; at most {options.MaxDecompressedBytes} are accepted.";
            refused.Add(QuarantinedRecord.WholeEvent(e, new Fault(FaultStage.Decode, FaultCode.TooLarge, detail), stream));
            return;
        }

        if (e.FromDeviceHub && Base64Body.Decode(payload.Span) is { } json)
        {
            into.KeepUntilClear(json);
            payload = json.Bytes;
        }

        if (payload.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            payload = payload[Encoding.UTF8.Preamble.Length..];
        }

        if (JsonGrammar.SkipSpace(payload.Span, 0) == payload.Length)
        {
            refused.Add(QuarantinedRecord.WholeEvent(e, new Fault(FaultStage.Decode, FaultCode.Empty, "The event holds no record."), stream));
            return;
        }

        var target = new Target(e, eventOrdinal, into, refused);
        switch (format)
        {
            case PayloadFormat.NdJson:
                DecodeLines(payload, target);
                break;
            case PayloadFormat.JsonArray:
                DecodeArray(payload, target);
                break;
            default:
                DecodeOne(payload, target);
                break;
        }
    }

    public void Dispose() => content.Dispose();

    private void DecodeOne(ReadOnlyMemory<byte> payload, in Target target)
    {
        if (TryReadAll(payload.Span, target, out var fault))
        {
            target.Commit(0, reader.Id, payload);
        }
        else
        {
            target.Refused.Add(QuarantinedRecord.WholeEvent(target.Event, fault, stream));
        }
    }

    private void DecodeLines(ReadOnlyMemory<byte> payload, in Target target)
    {
        var index = 0;
        for (var start = 0; start < payload.Length;)
        {
            var rest = payload[start..];
            var length = rest.Span.IndexOf((byte)'\n');
            var line = length < 0 ? rest : rest[..length];
            if (JsonGrammar.SkipSpace(line.Span, 0) == line.Length)
            {
                start += line.Length + 1;
                continue;
            }

            if (index == options.MaxRecordsPerEvent)
            {
                RefuseRest(target, index, rest, TooMany());
                return;
            }

            line = line.Span[^1] == '\r' ? line[..^1] : line;
            if (TryReadAll(line.Span, target, out var fault))
            {
                target.Commit(index, reader.Id, line);
            }
            else
            {
                Refuse(target, index, line, fault);
            }

            start += length < 0 ? rest.Length : length + 1;
            index++;
        }
    }

    private void DecodeArray(ReadOnlyMemory<byte> payload, in Target target)
    {
        var json = payload.Span;
        var at = JsonGrammar.SkipSpace(json, 0);
        if (json[at] != '[')
        {
            var isJson = JsonGrammar.TypeOf(json[at]) != JsonTypes.None;
            var detail = "Expected an array of records.";
            target.Refused.Add(QuarantinedRecord.WholeEvent(
                target.Event, new Fault(FaultStage.Decode, isJson ? FaultCode.Schema : FaultCode.Malformed, detail, ""), stream));
            return;
        }

        at = JsonGrammar.SkipSpace(json, at + 1);
        if (at < json.Length && json[at] == ']')
        {
            var isAll = JsonGrammar.SkipSpace(json, at + 1) == json.Length;
            target.Refused.Add(QuarantinedRecord.WholeEvent(
                target.Event, isAll ? new Fault(FaultStage.Decode, FaultCode.Empty, "The array holds no record.", "") : Malformed("Text follows the array."), stream));
            return;
        }

        for (var index = 0; ; index++)
        {
            if (at >= json.Length || json[at] == ']')
            {
                RefuseRest(target, index, payload[at..], Malformed(at >= json.Length ? "The text ends inside the array." : "A record is missing behind a comma."));
                return;
            }

            if (index == options.MaxRecordsPerEvent)
            {
                RefuseRest(target, index, payload[at..], TooMany());
                return;
            }

            if (!TryElement(payload, ref at, index, target))
            {
                return;
            }

            if (at < json.Length && json[at] == ']')
            {
                var behind = JsonGrammar.SkipSpace(json, at + 1);
                if (behind < json.Length)
                {
                    RefuseRest(target, index + 1, payload[behind..], Malformed("Text follows the array."));
                }

                return;
            }

            at = JsonGrammar.SkipSpace(json, Math.Min(at + 1, json.Length));
        }
    }

    /// <summary>One element, to the comma or bracket behind it; false where the rest of the event was refused with it.</summary>
    private bool TryElement(ReadOnlyMemory<byte> payload, ref int at, int index, in Target target)
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
            fault = Malformed("Expected , or ] behind a record.");
        }

        if (BrokenElement.TryFindEnd(json, start, out at))
        {
            Refuse(target, index, payload[start..at], fault);
            return true;
        }

        RefuseRest(target, index, payload[start..], fault with { Detail = fault.Detail + " Where this record ends cannot be told, so the rest of the event is kept with it." });
        return false;
    }

    /// <summary>Reads a text that must hold one record and nothing else.</summary>
    private bool TryReadAll(ReadOnlySpan<byte> json, in Target target, out Fault fault)
    {
        if (!TryRead(json, target, out var consumed, out fault))
        {
            return false;
        }

        if (JsonGrammar.SkipSpace(json, consumed) == json.Length)
        {
            return true;
        }

        target.Batch.RollbackRow();
        fault = Malformed("Text follows the record.");
        return false;
    }

    /// <summary>Reads one record; on a fault the row is rolled back already.</summary>
    private bool TryRead(ReadOnlySpan<byte> json, in Target target, out int consumed, out Fault fault)
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
            fault = new Fault(FaultStage.Decode, FaultCode.Internal, $"Reading the record failed: {exception.GetType().Name}: {exception.Message}");
        }

        target.Batch.RollbackRow();
        return false;
    }

    private void Refuse(in Target target, int index, ReadOnlyMemory<byte> bytes, Fault fault) =>
        target.Refused.Add(new QuarantinedRecord(target.Event, index, bytes, IsWholeEvent: false, fault, stream, target.Event.SequenceNumber));

    private void RefuseRest(in Target target, int index, ReadOnlyMemory<byte> rest, Fault fault)
    {
        if (index == 0)
        {
            target.Refused.Add(QuarantinedRecord.WholeEvent(target.Event, fault, stream));
        }
        else
        {
            Refuse(target, index, rest, fault);
        }
    }

    private Fault TooMany() => new(
        FaultStage.Decode, FaultCode.TooLarge, $"The event holds more than {options.MaxRecordsPerEvent} records; the others are kept together.");

    private static Fault Malformed(string detail) => new(FaultStage.Decode, FaultCode.Malformed, detail, "");

    private readonly ref struct Target(in IncomingEvent source, int eventOrdinal, RecordBatch batch, List<QuarantinedRecord> refused)
    {
        private readonly ref readonly IncomingEvent source = ref source;

        public ref readonly IncomingEvent Event => ref source;

        public RecordBatch Batch { get; } = batch;

        public List<QuarantinedRecord> Refused { get; } = refused;

        public void Commit(int index, ReadOnlySpan<byte> id, ReadOnlyMemory<byte> bytes) => Batch.CommitRow(source, eventOrdinal, index, id, bytes);
    }
}
