using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Json;

/// <summary>What stands between the elements of an array of records. Each method refuses what it finds wrong, and says whether to go on.</summary>
internal static class JsonElements
{
    /// <param name="at">First byte of the first element.</param>
    public static bool TryOpen(ReadOnlyMemory<byte> payload, in DecodeTarget target, out int at)
    {
        var json = payload.Span;
        at = JsonGrammar.SkipSpace(json, 0);
        if (json[at] != '[')
        {
            var isJson = JsonGrammar.TypeOf(json[at]) != JsonTypes.None;
            target.RefuseWhole(new Fault(FaultStage.Decode, isJson ? FaultCode.Schema : FaultCode.Malformed, "Expected an array of records.", ""));
            return false;
        }

        at = JsonGrammar.SkipSpace(json, at + 1);
        if (at < json.Length && json[at] == ']')
        {
            var isAll = JsonGrammar.SkipSpace(json, at + 1) == json.Length;
            target.RefuseWhole(isAll
                ? new Fault(FaultStage.Decode, FaultCode.Empty, "The array holds no record.", "")
                : DecodeFaults.Malformed("Text follows the array."));
            return false;
        }

        return true;
    }

    /// <summary>Whether an element begins here that may be read.</summary>
    public static bool TryBegin(ReadOnlyMemory<byte> payload, int at, int index, DecodingOptions options, in DecodeTarget target)
    {
        if (at >= payload.Length || payload.Span[at] == ']')
        {
            target.RefuseRest(index, payload[at..], DecodeFaults.Malformed(
                at >= payload.Length ? "The text ends inside the array." : "A record is missing behind a comma."));
            return false;
        }

        if (index == options.MaxRecordsPerEvent)
        {
            target.RefuseRest(index, payload[at..], DecodeFaults.TooMany(options));
            return false;
        }

        return true;
    }

    /// <summary>From the comma behind an element to the next one; false at the end of the array.</summary>
    public static bool TryNext(ReadOnlyMemory<byte> payload, ref int at, int index, in DecodeTarget target)
    {
        var json = payload.Span;
        if (at < json.Length && json[at] == ']')
        {
            var behind = JsonGrammar.SkipSpace(json, at + 1);
            if (behind < json.Length)
            {
                target.RefuseRest(index + 1, payload[behind..], DecodeFaults.Malformed("Text follows the array."));
            }

            return false;
        }

        at = JsonGrammar.SkipSpace(json, Math.Min(at + 1, json.Length));
        return true;
    }

    public static Fault EndUnknown(Fault fault) =>
        fault with { Detail = fault.Detail + " Where this record ends cannot be told, so the rest of the event is kept with it." };
}
