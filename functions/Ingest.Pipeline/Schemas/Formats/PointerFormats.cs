namespace Ingest.Pipeline.Schemas;

/// <summary>JSON Pointers (RFC 6901) and relative ones (draft-bhutton-relative-json-pointer-00, which JSON Schema 2020-12 refers to).</summary>
internal static class PointerFormats
{
    public static bool IsPointer(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ((byte)'0' or (byte)'1')))
            {
                return false;
            }
        }

        return true;
    }

    public static bool IsRelativePointer(ReadOnlySpan<byte> text)
    {
        if (!TryNumber(ref text))
        {
            return false;
        }

        if (text.Length > 0 && text[0] is (byte)'+' or (byte)'-')
        {
            // To another element of the same array; such a pointer asks for no name.
            text = text[1..];
            return TryNumber(ref text) && IsPointer(text);
        }

        return text.SequenceEqual("#"u8) || IsPointer(text);
    }

    /// <summary>Takes a number without leading zeros off the text.</summary>
    private static bool TryNumber(ref ReadOnlySpan<byte> text)
    {
        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? text.Length : digits;
        var isNumber = digits > 0 && (digits == 1 || text[0] != '0');
        text = text[digits..];
        return isNumber;
    }
}
