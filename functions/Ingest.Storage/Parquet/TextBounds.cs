using System.Buffers;
using System.Text;

namespace Ingest.Storage.Parquet;

/// <summary>Short texts that bound long ones, themselves valid UTF-8.</summary>
internal static class TextBounds
{
    /// <summary>The longest beginning of at most <paramref name="max"/> bytes that ends between two characters.</summary>
    public static ReadOnlySpan<byte> Below(ReadOnlySpan<byte> text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var length = max;
        while (length > 0 && (text[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>Writes a text greater than all that begin as <paramref name="text"/> does: a beginning whose last character is the next higher one.</summary>
    /// <returns>Its length; 0 where there is none.</returns>
    public static int Above(ReadOnlySpan<byte> text, Span<byte> bound)
    {
        var beginning = Below(text, bound.Length);
        while (!beginning.IsEmpty)
        {
            if (Rune.DecodeLastFromUtf8(beginning, out var last, out var size) != OperationStatus.Done)
            {
                return 0;
            }

            beginning = beginning[..^size];
            var next = last.Value == 0xD7FF ? 0xE000 : last.Value + 1;
            if (Rune.IsValid(next) && new Rune(next) is var rune && rune.Utf8SequenceLength <= bound.Length - beginning.Length)
            {
                beginning.CopyTo(bound);
                return beginning.Length + rune.EncodeToUtf8(bound[beginning.Length..]);
            }
        }

        return 0;
    }
}
