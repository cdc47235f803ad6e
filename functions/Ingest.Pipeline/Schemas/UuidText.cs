using System.Runtime.InteropServices;

namespace Ingest.Pipeline.Schemas;

/// <summary>UUIDs as RFC 9562 writes them: 8-4-4-4-12 hexadecimal digits.</summary>
internal static class UuidText
{
    public const int Length = 36;

    /// <param name="value">Its 16 bytes in memory are in the order of the text.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = default;
        if (text.Length != Length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        {
            return false;
        }

        var bytes = MemoryMarshal.AsBytes(new Span<UInt128>(ref value));
        var at = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i is 4 or 6 or 8 or 10)
            {
                at++;
            }

            var high = Digit(text[at]);
            var low = Digit(text[at + 1]);
            if ((high | low) < 0)
            {
                return false;
            }

            bytes[i] = (byte)((high << 4) | low);
            at += 2;
        }

        return true;
    }

    /// <summary>Lower case; the opposite of <see cref="TryParse"/>.</summary>
    public static void Format(UInt128 value, Span<byte> text) =>
        new Guid(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(ref value)), bigEndian: true).TryFormat(text, out _);

    private static int Digit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
