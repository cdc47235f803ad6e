using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.CloudEvents;

/// <summary>CloudEvents 1.0: one as JSON, an array of them, or attributes in properties around a body. The schema is that of the data.</summary>
internal sealed class CloudEventPayload(PayloadDefinition payload, IRecordReader data, DecodingOptions options) : IRecordReader
{
    private static readonly byte[] NoData = "{}"u8.ToArray();
    private readonly EnvelopeWriter attributes = new(payload.Extensions, payload.Schema.Columns.Count, options);
    private bool hasData;

    public ReadOnlySpan<byte> Id => hasData ? data.Id : default;

    /// <summary>One event or an array of them, whichever the first byte says.</summary>
    public void ReadJson(ReadOnlyMemory<byte> json, in DecodeTarget target)
    {
        if (json.Span[JsonGrammar.SkipSpace(json.Span, 0)] == '[')
        {
            ReadBatch(json, target);
        }
        else if (TryReadAll(json.Span, target, out var fault))
        {
            target.Commit(0, Id, json);
        }
        else
        {
            target.RefuseWhole(fault);
        }
    }

    public void ReadBinary(ReadOnlyMemory<byte> body, in DecodeTarget target)
    {
        if (TryReadBinary(body.Span, target, out var fault))
        {
            target.Commit(0, Id, body);
        }
        else
        {
            target.RefuseWhole(fault);
        }
    }

    /// <summary>One CloudEvent in the JSON format.</summary>
    public bool TryReadAll(ReadOnlySpan<byte> record, in DecodeTarget target, out Fault fault)
    {
        try
        {
            if (TryEnvelope(record, target, out fault))
            {
                return true;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fault = DecodeFaults.Internal(exception);
        }

        target.Batch.RollbackRow();
        return false;
    }

    /// <summary>The body as data, with the attributes in the event's properties.</summary>
    public bool TryReadBinary(ReadOnlySpan<byte> body, in DecodeTarget target, out Fault fault)
    {
        try
        {
            if (TryProperties(target, out fault) && attributes.TryFinish(out fault)
                && (body.IsEmpty ? TryNothing(target, out fault) : TryBytes(body, "", target, out fault)))
            {
                return true;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fault = DecodeFaults.Internal(exception);
        }

        target.Batch.RollbackRow();
        return false;
    }

    private void ReadBatch(ReadOnlyMemory<byte> json, in DecodeTarget target)
    {
        if (!JsonElements.TryOpen(json, target, out var at))
        {
            return;
        }

        for (var index = 0; JsonElements.TryBegin(json, at, index, options, target); index++)
        {
            var start = at;
            if (!BrokenElement.TryFindEnd(json.Span, start, out at))
            {
                target.RefuseRest(index, json[start..], JsonElements.EndUnknown(DecodeFaults.Malformed("The event is no JSON.")));
                return;
            }

            var element = json[start..at].TrimEnd(" \t\r\n"u8);
            if (TryReadAll(element.Span, target, out var fault))
            {
                target.Commit(index, Id, element);
            }
            else
            {
                target.Refuse(index, element, fault);
            }

            if (!JsonElements.TryNext(json, ref at, index, target))
            {
                return;
            }
        }
    }

    private bool TryEnvelope(ReadOnlySpan<byte> record, in DecodeTarget target, out Fault fault)
    {
        var at = JsonGrammar.SkipSpace(record, 0);
        if (at >= record.Length || record[at] != '{')
        {
            var isJson = at < record.Length && JsonGrammar.TypeOf(record[at]) != JsonTypes.None;
            fault = isJson ? DecodeFaults.Schema("A CloudEvent is an object.", "") : DecodeFaults.Malformed("A CloudEvent is an object.");
            return false;
        }

        attributes.Begin(target.Batch);
        Range? text = null, base64 = null;
        while (true)
        {
            if (!JsonPeek.TryMember(record, ref at, out var key, out var value))
            {
                fault = DecodeFaults.Malformed("The event is no JSON object, or ends too early.");
                return false;
            }

            if (key.Equals(default))
            {
                break;
            }

            if (record[key].SequenceEqual("data"u8) || record[key].SequenceEqual("data_base64"u8))
            {
                ref var place = ref (record[key].Length == 4 ? ref text : ref base64);
                if (place is not null)
                {
                    fault = DecodeFaults.Malformed("The member occurs twice.", $"/{Encoding.ASCII.GetString(record[key])}");
                    return false;
                }

                place = value;
            }
            else if (!attributes.TryPutJson(record[key], record[value], out fault))
            {
                return false;
            }
        }

        if (JsonGrammar.SkipSpace(record, at) < record.Length)
        {
            fault = DecodeFaults.Malformed("Text follows the event.");
            return false;
        }

        return attributes.TryFinish(out fault) && TryData(record, text, base64, target, out fault);
    }

    private bool TryData(ReadOnlySpan<byte> record, Range? text, Range? base64, in DecodeTarget target, out Fault fault)
    {
        if (base64 is { } encoded && !record[encoded].SequenceEqual("null"u8))
        {
            if (text is not null)
            {
                fault = DecodeFaults.Malformed("An event has data or data_base64, not both.", "/data_base64");
                return false;
            }

            return TryBase64(record[encoded], target, out fault);
        }

        if (text is not { } value || record[value].SequenceEqual("null"u8))
        {
            return TryNothing(target, out fault);
        }

        if (!payload.IsJsonSchema || (record[value][0] == '"' && !IsJsonData()))
        {
            fault = Unreadable("/data");
            return false;
        }

        return TryRecord(record[value], "/data", target, out fault);
    }

    private bool TryBase64(ReadOnlySpan<byte> value, in DecodeTarget target, out Fault fault)
    {
        const string Pointer = "/data_base64";
        var isText = value.Length >= 2 && value[0] == '"';
        var encoded = isText ? value[1..^1] : default;
        byte[]? unescaped = null;
        if (encoded.Contains((byte)'\\'))
        {
            // Some writers escape the slash, which Base64 uses.
            if (JsonText.Scan(encoded, 0, out _, out _) != TextProblem.Unterminated)
            {
                fault = DecodeFaults.Malformed("The text is no JSON string.", Pointer);
                return false;
            }

            encoded = unescaped = JsonText.Unescape(encoded);
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(encoded.Length));
        try
        {
            if (!isText || Base64.DecodeFromUtf8(encoded, bytes, out _, out var length) != OperationStatus.Done)
            {
                fault = DecodeFaults.Malformed("Expected Base64.", Pointer);
                return false;
            }

            return TryBytes(bytes.AsSpan(0, length), Pointer, target, out fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private bool TryBytes(ReadOnlySpan<byte> bytes, string pointer, in DecodeTarget target, out Fault fault)
    {
        if (payload.IsJsonSchema ? !IsJsonData() : IsJsonData() && !attributes.DataContentType.IsEmpty)
        {
            fault = Unreadable(pointer);
            return false;
        }

        return TryRecord(bytes, pointer, target, out fault);
    }

    private bool TryNothing(in DecodeTarget target, out Fault fault)
    {
        hasData = false;
        if (payload.IsJsonSchema)
        {
            // An event may be all in its attributes; whether the schema lets that pass is for the schema to say.
            return TryRecord(NoData, "/data", target, out fault);
        }

        fault = DecodeFaults.Empty() with { Detail = "The event holds no data.", Path = "/data" };
        return false;
    }

    private bool TryRecord(ReadOnlySpan<byte> bytes, string pointer, in DecodeTarget target, out Fault fault)
    {
        hasData = data.TryReadAll(bytes, target, out fault);
        if (!hasData && fault.Path is { } path)
        {
            fault = fault with { Path = pointer + path };
        }

        return hasData;
    }

    private bool TryProperties(in DecodeTarget target, out Fault fault)
    {
        fault = default;
        attributes.Begin(target.Batch);
        var hasContentType = false;
        foreach (var (property, value) in target.Event.Properties!)
        {
            var name = CloudEventProperties.NameOf(property);
            hasContentType |= name is "datacontenttype";
            if (!name.IsEmpty && !attributes.TryPutProperty(name, value, out fault))
            {
                return false;
            }
        }

        return hasContentType || attributes.TryPutProperty("datacontenttype", target.Event.ContentType, out fault);
    }

    private bool IsJsonData()
    {
        var type = attributes.DataContentType;
        return type.IsEmpty || MediaType.IsJson(MediaType.Of(Encoding.UTF8.GetString(type)));
    }

    private Fault Unreadable(string pointer) => new(
        FaultStage.Decode, FaultCode.UnsupportedEncoding,
        $"The data is {(attributes.DataContentType.IsEmpty ? "JSON" : $"\"{Encoding.UTF8.GetString(attributes.DataContentType[..Math.Min(attributes.DataContentType.Length, 100)])}\"")}; "
        + $"the stream reads {(payload.Avro is not null ? "Avro" : payload.Protobuf is not null ? "Protocol Buffers" : "JSON")}.",
        pointer);
}
