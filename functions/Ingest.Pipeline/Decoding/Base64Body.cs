using System.Buffers;
using System.Buffers.Text;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding;

/// <summary>
/// JSON in Base64, as IoT Hub hands bodies on that carry no content type: plain, or as a JSON text. No record can be mistaken for it,
/// since a record is an object, and a brace is none of the characters of Base64.
/// </summary>
internal static class Base64Body
{
    /// <summary>Null where the body is anything else.</summary>
    public static DecodedContent? Decode(ReadOnlySpan<byte> body)
    {
        var text = body.Trim(" \t\r\n"u8);
        if (text is [(byte)'"', .., (byte)'"'])
        {
            text = text[1..^1];
        }

        if (text.IsEmpty || text.Length % 4 != 0 || !Base64.IsValid(text))
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        if (Base64.DecodeFromUtf8(text, buffer, out _, out var written) == OperationStatus.Done && IsRecords(buffer.AsSpan(0, written)))
        {
            return new DecodedContent(buffer, written);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return null;
    }

    private static bool IsRecords(ReadOnlySpan<byte> json)
    {
        var start = JsonGrammar.SkipSpace(json, 0);
        return start < json.Length && json[start] is (byte)'{' or (byte)'[';
    }
}
