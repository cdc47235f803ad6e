using System.Text.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding;

/// <summary>Makes an event of its own from a record that was cut out of a packed one.</summary>
public static class RecordParts
{
    // As deep as the limit on nesting may be set.
    private const int MaxDepth = 1000;

    /// <summary>
    /// The body that decodes to the record alone, or to the rest of an event that was kept together. The bytes of the record are not
    /// changed; an array's element gets its brackets, a delimited message its length.
    /// </summary>
    /// <param name="payload">What the stream reads.</param>
    /// <param name="source">The event it came in; its body is not looked at.</param>
    /// <param name="part">The record's own bytes, decompressed.</param>
    /// <param name="reason">Why there is none; one sentence.</param>
    /// <returns>null where the bytes do not stand for a record without what came before them.</returns>
    public static byte[]? Pack(PayloadDefinition payload, in IncomingEvent source, Fault fault, ReadOnlySpan<byte> part, out string reason)
    {
        ArgumentNullException.ThrowIfNull(payload);
        reason = "";
        switch (PayloadShapes.Of(payload, source))
        {
            case PayloadShape.Json or PayloadShape.NdJson or PayloadShape.BinaryCloudEvent:
                return part.ToArray();
            case PayloadShape.JsonArray:
                return PackElement(part, mayStandAlone: false, out reason);
            case PayloadShape.JsonOrArray or PayloadShape.CloudEvents:
                return PackElement(part, mayStandAlone: true, out reason);
            case PayloadShape.Protobuf:
                // What was too much for one event was kept with the lengths between its messages.
                return payload.Protobuf!.IsDelimited && fault.Code != FaultCode.TooLarge ? Delimit(part) : part.ToArray();
            case PayloadShape.Csv when payload.Csv!.Columns is not null:
                return part.ToArray();
            case PayloadShape.Csv:
                reason = "A line of CSV means nothing without the header of its event, which the quarantine does not hold.";
                return null;
            case PayloadShape.Avro:
                reason = "A record of Avro means nothing without the schema of its file, which the quarantine does not hold.";
                return null;
            default:
                reason = "Its stream cannot tell the format of the event that it was part of.";
                return null;
        }
    }

    private static byte[]? PackElement(ReadOnlySpan<byte> part, bool mayStandAlone, out string reason)
    {
        reason = "";
        if (mayStandAlone && !part.IsEmpty && part[0] == '{' && IsJson(part))
        {
            return part.ToArray();
        }

        byte[] element = [(byte)'[', .. part, (byte)']'];
        if (IsJson(element))
        {
            return element;
        }

        // The rest of an array that held too many brings its own end along.
        if (IsJson(element.AsSpan(..^1)))
        {
            return element[..^1];
        }

        reason = "It is part of an array and no JSON by itself, so it cannot become an event of its own.";
        return null;
    }

    private static byte[] Delimit(ReadOnlySpan<byte> message)
    {
        Span<byte> prefix = stackalloc byte[5];
        var length = 0;
        var rest = (uint)message.Length;
        for (; rest >= 0x80; rest >>= 7)
        {
            prefix[length++] = (byte)(rest | 0x80);
        }

        prefix[length++] = (byte)rest;
        return [.. prefix[..length], .. message];
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                // Only whether it is JSON matters.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
