using System.Buffers.Binary;

namespace Ingest.Pipeline.Schemas;

/// <summary>A few texts of at most seven bytes, each with its length one integer: states and classes, whose length is as random as they are.</summary>
internal sealed class ShortWords
{
    private const int Most = 8;
    private const int LongestWord = 7;
    private readonly ulong[] words;

    private ShortWords(ulong[] words) => this.words = words;

    /// <summary>null where there are too many, or one is too long.</summary>
    public static ShortWords? TryCreate(byte[][] texts) =>
        texts.Length is 0 or > Most || Array.Exists(texts, t => t.Length > LongestWord) ? null : new ShortWords(Array.ConvertAll(texts, Pack));

    /// <param name="bytes">The text's bytes as they lie in memory, and any others behind them.</param>
    public bool Contains(ulong bytes, int length)
    {
        bytes = BitConverter.IsLittleEndian ? bytes : BinaryPrimitives.ReverseEndianness(bytes);
        var word = (bytes & ((1UL << (8 * (length & 7))) - 1)) | ((ulong)length << 56);
        var found = length > LongestWord ? 0 : 1;
        var matches = 0;
        foreach (var candidate in words)
        {
            matches |= candidate == word ? 1 : 0;
        }

        return (found & matches) != 0;
    }

    private static ulong Pack(byte[] text)
    {
        var word = (ulong)text.Length << 56;
        for (var i = 0; i < text.Length; i++)
        {
            word |= (ulong)text[i] << (8 * i);
        }

        return word;
    }
}
