using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ingest.Storage.Parquet;

/// <summary>
/// Zstd blocks of Huffman-coded literals and nothing else (RFC 8878, 3.1.1.2), for texts in which nothing repeats, such as random
/// ids: there a search for matches finds nothing and is all that a compressor does with its time.
/// </summary>
/// <param name="isWide">Whether many bytes are encoded at once; only where <see cref="WideHuffman.IsSupported"/>.</param>
internal sealed class ZstdLiterals(bool isWide) : IDisposable
{
    public const int MaxBlock = 128 * 1024;
    private const int Raw = 0;
    private const int Compressed = 2;
    private const int SampleStep = 8;
    private const int SamplePiece = 64;

    private readonly HuffmanCode code = new();
    private readonly WideHuffman? wide = isWide ? new WideHuffman() : null;
    private readonly ByteBuffer block = new();
    private readonly int[] counts = new int[256];

    public ZstdLiterals()
        : this(WideHuffman.IsSupported)
    {
    }

    /// <summary>Writes <paramref name="text"/> as blocks, the last one marked so.</summary>
    public void Write(ReadOnlySpan<byte> text, ByteBuffer target)
    {
        while (text.Length > MaxBlock)
        {
            WriteBlock(text[..MaxBlock], false, target);
            text = text[MaxBlock..];
        }

        WriteBlock(text, true, target);
    }

    /// <summary>Writes bytes as they are.</summary>
    public static void WriteRaw(ReadOnlySpan<byte> bytes, bool isLast, ByteBuffer target)
    {
        do
        {
            var count = Math.Min(bytes.Length, MaxBlock);
            Header(Raw, count, isLast && count == bytes.Length, target);
            target.Write(bytes[..count]);
            bytes = bytes[count..];
        }
        while (!bytes.IsEmpty);
    }

    public void Dispose() => block.Dispose();

    private void WriteBlock(ReadOnlySpan<byte> text, bool isLast, ByteBuffer target)
    {
        block.Clear();
        if (text.Length >= 1024 && TryEncode(text) && block.Length < text.Length)
        {
            Header(Compressed, block.Length, isLast, target);
            target.Write(block.Written);
        }
        else
        {
            WriteRaw(text, isLast, target);
        }
    }

    private bool TryEncode(ReadOnlySpan<byte> text)
    {
        // An eighth of the text makes as good a code, unless one of its bytes is not in the sample.
        Array.Clear(counts);
        for (var i = 0; i < text.Length; i += SamplePiece * SampleStep)
        {
            Count(text.Slice(i, Math.Min(SamplePiece, text.Length - i)));
        }

        if (code.TryBuild(counts) && TryEncodeStreams(text))
        {
            return true;
        }

        Array.Clear(counts);
        Count(text);
        block.Clear();
        return code.TryBuild(counts) && TryEncodeStreams(text);
    }

    private void Count(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            counts[b]++;
        }
    }

    private bool TryEncodeStreams(ReadOnlySpan<byte> text)
    {
        const int SectionHeader = 5;
        const int JumpTable = 6;
        block.Reserve(SectionHeader).Clear();
        block.Advance(SectionHeader);
        code.Describe(block);
        var (tree, jumps) = (SectionHeader, block.Length);
        block.Reserve(JumpTable);
        block.Advance(JumpTable);
        wide?.Take(code.Entries);
        var quarter = (text.Length + 3) / 4;
        for (var stream = 0; stream < 4; stream++)
        {
            var part = text[(stream * quarter)..Math.Min((stream + 1) * quarter, text.Length)];
            var size = EncodeStream(part, block.Reserve((part.Length * HuffmanCode.MaxBits / 8) + 32));
            if (size < 0)
            {
                return false;
            }

            block.Advance(size);
            if (stream < 3)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(block.At(jumps + (2 * stream), 2), checked((ushort)size));
            }
        }

        // Compressed literals in four streams, both sizes in 18 bits.
        var header = 2UL | (3UL << 2) | ((ulong)text.Length << 4) | ((ulong)(block.Length - tree) << 22);
        var at = block.At(0, SectionHeader);
        BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)header);
        at[4] = (byte)(header >> 32);

        // No sequences.
        block.Write(0);
        return true;
    }

    /// <summary>Encodes from the last byte to the first, as the format wants it.</summary>
    /// <returns>The size, or −1 when a byte has no code.</returns>
    private int EncodeStream(ReadOnlySpan<byte> text, Span<byte> room)
    {
        var entries = code.Entries;
        ref var table = ref MemoryMarshal.GetArrayDataReference(entries);
        ref var source = ref MemoryMarshal.GetReference(text);
        ref var target = ref MemoryMarshal.GetReference(room);
        var (accumulator, bits, size, all) = (0UL, 0, 0, 0u);
        var i = text.Length;
        for (; i % 4 != 0; i--)
        {
            var entry = entries[text[i - 1]];
            all |= entry;
            accumulator |= (ulong)(ushort)entry << bits;
            bits += (byte)(entry >> 16);
        }

        if (wide is not null)
        {
            BitSink sink = new(accumulator, bits, size, false);
            i = wide.Encode(text[..i], ref target, ref sink);
            (accumulator, bits, size) = (sink.Accumulator, sink.Bits, sink.Size);
            all |= sink.HasAbsent ? HuffmanCode.Absent : 0;
        }

        // Four symbols have at most 44 bits, and at most 7 are left from before once whole bytes are written.
        for (; i > 0; i -= 4)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, size), accumulator);
            size += bits >> 3;
            accumulator >>= bits & ~7;
            bits &= 7;

            var four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, i - 4));
            var a = Unsafe.Add(ref table, (int)(four >> 24));
            var b = Unsafe.Add(ref table, (int)(byte)(four >> 16));
            var c = Unsafe.Add(ref table, (int)(byte)(four >> 8));
            var d = Unsafe.Add(ref table, (int)(byte)four);
            all |= a | b | c | d;
            var (lengthA, lengthC) = ((int)(byte)(a >> 16), (int)(byte)(c >> 16));
            var first = (ushort)a | ((uint)(ushort)b << lengthA);
            var second = (ushort)c | ((uint)(ushort)d << lengthC);
            var lengthAB = lengthA + (byte)(b >> 16);
            accumulator |= (first | ((ulong)second << lengthAB)) << bits;
            bits += lengthAB + lengthC + (byte)(d >> 16);
        }

        if ((all & HuffmanCode.Absent) != 0)
        {
            return -1;
        }

        // A one marks the end, from where the decoder starts.
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, size), accumulator | (1UL << bits));
        return size + (bits >> 3) + 1;
    }

    private static void Header(int type, int size, bool isLast, ByteBuffer target)
    {
        var header = (isLast ? 1 : 0) | (type << 1) | (size << 3);
        var room = target.Reserve(3);
        (room[0], room[1], room[2]) = ((byte)header, (byte)(header >> 8), (byte)(header >> 16));
        target.Advance(3);
    }
}
