using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding;

/// <summary>What one event is, once the stream's format and the event's content type were looked at.</summary>
internal enum PayloadShape
{
    Json,
    NdJson,
    JsonArray,

    /// <summary>JSON whose first byte tells whether it is one record or an array of them.</summary>
    JsonOrArray,

    /// <summary>One CloudEvent as JSON, or an array of them, whichever the first byte says.</summary>
    CloudEvents,

    /// <summary>The attributes are application properties, the body is the data.</summary>
    BinaryCloudEvent,
    Avro,
    Protobuf,
    Csv,

    /// <summary>Nothing that this stream can read.</summary>
    Unknown,
}

internal static class PayloadShapes
{
    public static PayloadShape Of(PayloadDefinition payload, in IncomingEvent source) => payload.Format switch
    {
        PayloadFormat.NdJson => PayloadShape.NdJson,
        PayloadFormat.JsonArray => PayloadShape.JsonArray,
        PayloadFormat.CloudEvents => CloudEventProperties.Of(source) ? PayloadShape.BinaryCloudEvent : PayloadShape.CloudEvents,
        PayloadFormat.Avro => PayloadShape.Avro,
        PayloadFormat.Protobuf => PayloadShape.Protobuf,
        PayloadFormat.Csv => PayloadShape.Csv,
        PayloadFormat.Auto => ByContentType(payload, source),
        _ => PayloadShape.Json,
    };

    /// <summary>Whether records of this shape are JSON texts that can be looked into before a stream is chosen.</summary>
    public static bool IsJson(this PayloadShape shape) => shape <= PayloadShape.BinaryCloudEvent;

    /// <summary>Why <see cref="PayloadShape.Unknown"/>.</summary>
    public static Fault Unsupported(PayloadDefinition payload, in IncomingEvent source)
    {
        var readable = payload.Avro is not null ? "avro/binary" : payload.Protobuf is not null ? "application/x-protobuf"
            : payload.Csv is not null ? "text/csv and JSON" : "application/json, application/x-ndjson and +json types";
        var detail = string.IsNullOrWhiteSpace(source.ContentType)
            ? $"The event names no content type, by which its stream's format is chosen; the stream reads {readable}, alone or in CloudEvents."
            : $"The content type \"{Shorten(source.ContentType)}\" is none that the stream can read: {readable}, alone or in CloudEvents.";
        return new Fault(FaultStage.Decode, FaultCode.UnsupportedEncoding, detail);
    }

    private static PayloadShape ByContentType(PayloadDefinition payload, in IncomingEvent source)
    {
        var type = MediaType.Of(source.ContentType);
        if (MediaType.IsCloudEvents(type))
        {
            return PayloadShape.CloudEvents;
        }

        if (CloudEventProperties.Of(source))
        {
            return PayloadShape.BinaryCloudEvent;
        }

        return (payload.Avro, payload.Protobuf, payload.Csv) switch
        {
            (not null, _, _) => MediaType.IsAvro(type) ? PayloadShape.Avro : PayloadShape.Unknown,
            (_, not null, _) => MediaType.IsProtobuf(type) ? PayloadShape.Protobuf : PayloadShape.Unknown,
            (_, _, not null) when MediaType.IsCsv(type) => PayloadShape.Csv,
            _ => MediaType.IsNdJson(type) ? PayloadShape.NdJson : MediaType.IsJson(type) ? PayloadShape.JsonOrArray : PayloadShape.Unknown,
        };
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : $"{text[..100]}…";
}
