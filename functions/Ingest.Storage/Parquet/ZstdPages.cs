using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ZstdSharp;

namespace Ingest.Storage.Parquet;

/// <summary>
/// Puts a page into one zstd frame: its head (levels) as it is, then its body, so that columns which differ in nothing but their
/// levels can share the compressed body.
/// </summary>
internal sealed class ZstdPages : IDisposable
{
    // Higher levels cost several times the time for a few percent of size.
    private const int Level = 1;

    private const uint Magic = 0xFD2F_B528;
    private const int SampleBytes = 8192;
    private const int MatchLength = 5;
    private const int HashBits = 12;

    // A compressor's tables are too large to make anew for each segment, and too large to keep more of them than run at once.
    private static readonly ConcurrentBag<ZstdPages> Idle = [];

    private readonly ZstdLiterals literals = new();
    private readonly ByteBuffer frame = new();
    private readonly ushort[] seen = new ushort[1 << HashBits];
    private Compressor? compressor;

    private ZstdPages()
    {
    }

    /// <summary>One that nobody else uses until it is disposed.</summary>
    public static ZstdPages Rent() => Idle.TryTake(out var idle) ? idle : new ZstdPages();

    /// <param name="head">Bytes of the page that stay outside of the body.</param>
    /// <param name="characters">Where the body's characters begin, counted from the start of the page; the page's end where it has none.</param>
    /// <returns>Where in <paramref name="target"/> the body's blocks begin.</returns>
    public int Write(ReadOnlySpan<byte> page, int head, int characters, ByteBuffer target)
    {
        Begin(page.Length, target);
        var body = page[head..];
        if (head > 0 || body.IsEmpty)
        {
            ZstdLiterals.WriteRaw(page[..head], body.IsEmpty, target);
        }

        var start = target.Length;
        if (body.IsEmpty)
        {
            return start;
        }

        if (IsWithoutRepetition(page[characters..]))
        {
            if (characters > head)
            {
                ZstdLiterals.WriteRaw(page[head..characters], false, target);
            }

            literals.Write(page[characters..], target);
        }
        else
        {
            WriteBlocks(body, target);
        }

        return start;
    }

    /// <summary>A frame of a head and a body's blocks that were written before.</summary>
    public static void Write(ReadOnlySpan<byte> head, int bodyLength, ReadOnlySpan<byte> blocks, ByteBuffer target)
    {
        Begin(head.Length + bodyLength, target);
        if (!head.IsEmpty)
        {
            ZstdLiterals.WriteRaw(head, false, target);
        }

        target.Write(blocks);
    }

    public void Dispose()
    {
        literals.Dispose();
        frame.Dispose();
        if (Idle.Count < Environment.ProcessorCount)
        {
            Idle.Add(this);
        }
        else
        {
            compressor?.Dispose();
        }
    }

    // One segment, its size in four bytes, no checksum.
    private static void Begin(int contentSize, ByteBuffer target)
    {
        var room = target.Reserve(9);
        BinaryPrimitives.WriteUInt32LittleEndian(room, Magic);
        room[4] = 0b1010_0000;
        BinaryPrimitives.WriteInt32LittleEndian(room[5..], contentSize);
        target.Advance(9);
    }

    /// <summary>Compresses in the ordinary way and takes the blocks out of the frame; what they refer to are distances, which stay true.</summary>
    private void WriteBlocks(ReadOnlySpan<byte> body, ByteBuffer target)
    {
        compressor ??= new Compressor(Level);
        frame.Clear();
        frame.Advance(compressor.Wrap(body, frame.Reserve(Compressor.GetCompressBound(body.Length))));
        var descriptor = frame.Written[4];
        var isSingleSegment = (descriptor & 0x20) != 0;
        var sizeBytes = (descriptor >> 6) switch { 0 => isSingleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        target.Write(frame.Written[(5 + (isSingleSegment ? 0 : 1) + sizeBytes)..]);
    }

    /// <summary>Whether, by a sample from the middle, at most an eighth of the text was there before.</summary>
    private bool IsWithoutRepetition(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 * SampleBytes)
        {
            return false;
        }

        var sample = text.Slice((text.Length - SampleBytes) / 2, SampleBytes);
        Array.Clear(seen);
        var repeated = 0;
        for (var i = 0; i + sizeof(ulong) <= sample.Length; i++)
        {
            var word = Word(sample, i);
            ref var before = ref seen[(word * 0x9E37_79B1_85EB_CA87) >> (64 - HashBits)];
            var isRepeated = before > 0 && Word(sample, before - 1) == word;
            before = (ushort)(i + 1);
            if (isRepeated)
            {
                repeated += MatchLength;
                i += MatchLength - 1;
            }
        }

        return repeated < SampleBytes / 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ReadOnlySpan<byte> sample, int at) =>
        BinaryPrimitives.ReadUInt64LittleEndian(sample[at..]) << (64 - (8 * MatchLength));
}
