using System.Runtime.CompilerServices;
using System.Text;
using Ingest.Pipeline.Decoding.Avro;
using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Decoding.Csv;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Decoding.Protobuf;
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
    private readonly PayloadDefinition payload;
    private readonly DecodingOptions options;
    private readonly ContentDecoder content;
    private readonly JsonPayload json;
    private readonly IRecordReader records;
    private readonly AvroPayload? avro;
    private readonly ProtobufPayload? protobuf;
    private readonly CsvPayload? csv;
    private readonly CloudEventPayload? cloudEvents;

    public RecordDecoder(string stream, PayloadFormat format, CompiledSchema schema, DecodingOptions options)
        : this(stream, new PayloadDefinition(format, schema), options)
    {
    }

    public RecordDecoder(string stream, PayloadDefinition payload, DecodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(options);
        (this.stream, this.payload, this.options) = (stream, payload, options);
        content = new ContentDecoder(options);
        json = new JsonPayload(payload.Schema, options);
        avro = payload.Avro is { } ofAvro ? new AvroPayload(ofAvro, payload.Schema, options, content) : null;
        protobuf = payload.Protobuf is { } ofProtobuf ? new ProtobufPayload(ofProtobuf, payload.Schema, options) : null;
        csv = payload.Csv is { } ofCsv ? new CsvPayload(ofCsv, json, options) : null;
        records = (IRecordReader?)avro ?? (IRecordReader?)protobuf ?? json;
        cloudEvents = payload.HasEnvelope ? new CloudEventPayload(payload, records, options) : null;
    }

    /// <summary>
    /// Appends the event's good records to <paramref name="into"/> and the others to <paramref name="refused"/>. The bytes of both
    /// stay valid until <paramref name="into"/> is cleared, as long as the event's body does.
    /// </summary>
    /// <param name="eventOrdinal">Index of the event in its batch.</param>
    /// <param name="into">A batch whose first columns are those of the definition.</param>
    public void Decode(in IncomingEvent e, int eventOrdinal, RecordBatch into, List<QuarantinedRecord> refused)
    {
        ArgumentNullException.ThrowIfNull(into);
        ArgumentNullException.ThrowIfNull(refused);
        var shape = PayloadShapes.Of(payload, e);
        var target = new DecodeTarget(e, eventOrdinal, into, refused, stream);
        if (TryOpen(shape, target, out var bytes))
        {
            Read(shape, bytes, target);
        }
    }

    /// <summary>
    /// Like <see cref="Decode"/> for an event whose records may belong to different streams: asks <paramref name="router"/> for each.
    /// Only for events whose records are JSON.
    /// </summary>
    /// <param name="owner">Batch that keeps the event's decompressed bytes.</param>
    internal void Distribute<TRouter>(
        in IncomingEvent e, int eventOrdinal, RecordBatch owner, TRouter router, List<QuarantinedRecord> refused)
        where TRouter : IRecordRouter, allows ref struct
    {
        var shape = PayloadShapes.Of(payload, e);
        var target = new DecodeTarget(e, eventOrdinal, owner, refused, null);
        if (TryOpen(shape, target, out var bytes))
        {
            RecordSplitter.Split(shape, bytes, options, target, router);
        }
    }

    /// <summary>Reads one record, cut out of its event, into a batch of this decoder's stream.</summary>
    internal void DecodeRecord(
        in IncomingEvent e, int eventOrdinal, int index, ReadOnlyMemory<byte> record, bool isWhole, RecordBatch into, List<QuarantinedRecord> refused)
    {
        var target = new DecodeTarget(e, eventOrdinal, into, refused, stream);
        Fault fault;
        var taken = PayloadShapes.Of(payload, e) switch
        {
            PayloadShape.CloudEvents => cloudEvents!.TryReadAll(record.Span, target, out fault),
            PayloadShape.BinaryCloudEvent => cloudEvents!.TryReadBinary(record.Span, target, out fault),
            _ => json.TryReadAll(record.Span, target, out fault),
        };
        if (taken)
        {
            target.Commit(index, json.Id, record);
        }
        else if (isWhole)
        {
            target.RefuseWhole(fault);
        }
        else
        {
            target.Refuse(index, record, fault);
        }
    }

    public void Dispose() => content.Dispose();

    /// <summary>Undoes the content encoding and refuses what holds nothing, is too large, or is of no known kind.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryOpen(PayloadShape shape, in DecodeTarget target, out ReadOnlyMemory<byte> bytes)
    {
        ref readonly var e = ref target.Event;
        bytes = e.Body;
        if (shape == PayloadShape.Unknown)
        {
            target.RefuseWhole(bytes.IsEmpty ? DecodeFaults.Empty() : PayloadShapes.Unsupported(payload, e));
            return false;
        }

        if (ContentDecoder.EncodingOf(e) is { } encoding && !bytes.IsEmpty)
        {
            if (content.Decode(bytes, encoding, out var undecodable) is not { } decoded)
            {
                target.RefuseWhole(undecodable);
                return false;
            }

            target.Batch.KeepUntilClear(decoded);
            bytes = decoded.Bytes;
        }
        else if (bytes.Length > options.MaxDecompressedBytes)
        {
            var detail = $"The body has {bytes.Length} bytes; at most {options.MaxDecompressedBytes} are accepted.";
            target.RefuseWhole(new Fault(FaultStage.Decode, FaultCode.TooLarge, detail));
            return false;
        }

        if (shape is PayloadShape.Avro or PayloadShape.Protobuf or PayloadShape.BinaryCloudEvent && !(shape == PayloadShape.BinaryCloudEvent && payload.IsJsonSchema))
        {
            // A message whose fields all have their defaults takes no bytes.
            var mayBeEmpty = shape == PayloadShape.BinaryCloudEvent || (shape == PayloadShape.Protobuf && !payload.Protobuf!.IsDelimited);
            if (bytes.IsEmpty && !mayBeEmpty)
            {
                target.RefuseWhole(DecodeFaults.Empty());
                return false;
            }

            return true;
        }

        if (e.FromDeviceHub && Base64Body.Decode(bytes.Span) is { } plain)
        {
            target.Batch.KeepUntilClear(plain);
            bytes = plain.Bytes;
        }

        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (JsonGrammar.SkipSpace(bytes.Span, 0) == bytes.Length && shape != PayloadShape.BinaryCloudEvent)
        {
            target.RefuseWhole(DecodeFaults.Empty());
            return false;
        }

        return true;
    }

    private void Read(PayloadShape shape, in ReadOnlyMemory<byte> bytes, in DecodeTarget target)
    {
        switch (shape)
        {
            case PayloadShape.NdJson:
                json.ReadLines(bytes, target);
                break;
            case PayloadShape.JsonArray:
                json.ReadArray(bytes, target);
                break;
            case PayloadShape.JsonOrArray when bytes.Span[JsonGrammar.SkipSpace(bytes.Span, 0)] == '[':
                json.ReadArray(bytes, target);
                break;
            case PayloadShape.CloudEvents:
                cloudEvents!.ReadJson(bytes, target);
                break;
            case PayloadShape.BinaryCloudEvent:
                cloudEvents!.ReadBinary(bytes, target);
                break;
            case PayloadShape.Avro:
                avro!.Read(bytes, target);
                break;
            case PayloadShape.Protobuf:
                protobuf!.Read(bytes, target);
                break;
            case PayloadShape.Csv:
                csv!.Read(bytes, target);
                break;
            default:
                json.ReadOne(bytes, target);
                break;
        }
    }
}
