using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Ingest.Pipeline.Decoding.Json;

/// <summary>JSON text in the making; its buffer is used again.</summary>
internal sealed class JsonBuffer
{
    private const int LargestKept = 64 * 1024;
    private byte[] bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        if (bytes.Length > LargestKept)
        {
            bytes = new byte[256];
        }
    }

    public void Truncate(int length) => Length = length;

    public void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        Length += text.Length;
    }

    /// <param name="text">Valid UTF-8.</param>
    public void String(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        while (!text.IsEmpty)
        {
            var special = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(text);
            if (special < 0)
            {
                Raw(text);
                break;
            }

            Raw(text[..special]);
            text = text[special..];
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(text[..RuneLength(text)], Room(16), out var consumed, out var written);
            Length += written;
            text = text[consumed..];
        }

        Raw("\""u8);
    }

    public void Base64(ReadOnlySpan<byte> data)
    {
        Raw("\""u8);
        System.Buffers.Text.Base64.EncodeToUtf8(data, Room(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(data.Length)), out _, out var written);
        Length += written;
        Raw("\""u8);
    }

    public void Integer(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        Length += written;
    }

    public void Unsigned(ulong value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var written);
        Length += written;
    }

    /// <summary>The shortest text that leads back to the number; null where it is not finite.</summary>
    public void Number(double value)
    {
        if (!double.IsFinite(value))
        {
            Raw("null"u8);
            return;
        }

        value.TryFormat(Room(32), out var written, "R", CultureInfo.InvariantCulture);
        Length += written;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    public void Text(string text) => String(Encoding.UTF8.GetBytes(text));

    private static int RuneLength(ReadOnlySpan<byte> text)
    {
        Rune.DecodeFromUtf8(text, out _, out var length);
        return length;
    }

    private Span<byte> Room(int length)
    {
        if (bytes.Length - Length < length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + length));
        }

        return bytes.AsSpan(Length);
    }
}
