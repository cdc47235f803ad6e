using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding;

/// <summary>Takes the records of one event, one after the other, each to the stream it belongs to.</summary>
internal interface IRecordRouter
{
    /// <summary>Decodes or refuses the record.</summary>
    /// <param name="isWhole">Whether the event holds nothing else.</param>
    void Route(int index, ReadOnlyMemory<byte> record, bool isWhole);
}

/// <summary>Cuts an event of JSON records into pieces without reading them: where each one goes is in the record itself.</summary>
internal static class RecordSplitter
{
    public static void Split<TRouter>(
        PayloadShape shape, ReadOnlyMemory<byte> payload, DecodingOptions options, in DecodeTarget target, TRouter router)
        where TRouter : IRecordRouter, allows ref struct
    {
        var mayBeArray = shape is PayloadShape.JsonOrArray or PayloadShape.CloudEvents;
        if (shape == PayloadShape.NdJson)
        {
            Lines(payload, options, target, router);
        }
        else if (shape == PayloadShape.JsonArray || (mayBeArray && payload.Span[JsonGrammar.SkipSpace(payload.Span, 0)] == '['))
        {
            Elements(payload, options, target, router);
        }
        else
        {
            router.Route(0, payload, isWhole: true);
        }
    }

    private static void Lines<TRouter>(ReadOnlyMemory<byte> payload, DecodingOptions options, in DecodeTarget target, TRouter router)
        where TRouter : IRecordRouter, allows ref struct
    {
        var lines = new JsonLines(payload);
        for (var index = 0; lines.TryNext(out var line); index++)
        {
            if (index == options.MaxRecordsPerEvent)
            {
                target.RefuseRest(index, lines.RestFrom(line), DecodeFaults.TooMany(options));
                return;
            }

            router.Route(index, line, isWhole: false);
        }
    }

    private static void Elements<TRouter>(ReadOnlyMemory<byte> payload, DecodingOptions options, in DecodeTarget target, TRouter router)
        where TRouter : IRecordRouter, allows ref struct
    {
        if (!JsonElements.TryOpen(payload, target, out var at))
        {
            return;
        }

        for (var index = 0; JsonElements.TryBegin(payload, at, index, options, target); index++)
        {
            var start = at;
            if (!BrokenElement.TryFindEnd(payload.Span, start, out at))
            {
                target.RefuseRest(index, payload[start..], JsonElements.EndUnknown(DecodeFaults.Malformed("The record is no JSON.")));
                return;
            }

            router.Route(index, payload[start..at].TrimEnd(" \t\r\n"u8), isWhole: false);
            if (!JsonElements.TryNext(payload, ref at, index, target))
            {
                return;
            }
        }
    }
}
