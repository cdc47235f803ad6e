using System.Runtime.InteropServices;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Position of a UTF-8 text in a fixed list. The hash need not resist attack: how long a probe takes is fixed by the list,
/// which is the operator's, whatever a producer sends.
/// </summary>
internal sealed class Utf8Lookup
{
    private readonly byte[][] entries;
    private readonly int[] slots;

    public Utf8Lookup(byte[][] entries)
    {
        this.entries = entries;
        slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, entries.Length * 2))];
        for (var i = 0; i < entries.Length; i++)
        {
            var slot = Hash(entries[i]) & (slots.Length - 1);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            slots[slot] = i + 1;
        }
    }

    /// <summary>−1 where the text is not in the list.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        var slot = Hash(text) & (slots.Length - 1);
        while (slots[slot] is var found and not 0)
        {
            if (text.SequenceEqual(entries[found - 1]))
            {
                return found - 1;
            }

            slot = (slot + 1) & (slots.Length - 1);
        }

        return -1;
    }

    private static int Hash(ReadOnlySpan<byte> text)
    {
        ulong head, tail;
        if (text.Length >= 8)
        {
            head = MemoryMarshal.Read<ulong>(text);
            tail = MemoryMarshal.Read<ulong>(text[^8..]);
        }
        else
        {
            head = 0;
            foreach (var b in text)
            {
                head = (head << 8) | b;
            }

            tail = 0;
        }

        var mixed = (head ^ System.Numerics.BitOperations.RotateLeft(tail, 29) ^ (ulong)text.Length) * 0x9E3779B97F4A7C15;
        return (int)(mixed >> 33);
    }
}
