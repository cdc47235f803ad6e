using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ingest.Storage.Parquet;

/// <summary>Numbers the distinct texts of a column in the order of their first occurrence. The texts stay where they are.</summary>
internal sealed class TextDictionary : IDisposable
{
    private const int FirstSlots = 1024;

    private readonly Scratch<ulong> slotScratch = new();
    private readonly Scratch<Slice> entryScratch = new();
    private readonly DictionaryBudget budget = new();
    private int slotCount;
    private long bytes;

    public int Count { get; private set; }

    public ReadOnlySpan<Slice> Entries => entryScratch.Take(DictionaryBudget.MaxEntries)[..Count];

    public void Clear()
    {
        (Count, slotCount, bytes) = (0, FirstSlots, 0);
        slotScratch.Take(slotCount).Clear();
        budget.Clear();
    }

    /// <param name="data">The column's buffer, the same in each call.</param>
    /// <returns>False when a dictionary is not worth its while.</returns>
    public bool TryAdd(ReadOnlySpan<byte> data, ReadOnlySpan<Slice> texts, Span<uint> indices)
    {
        var slots = slotScratch.Take(slotCount);
        var entries = entryScratch.Take(DictionaryBudget.MaxEntries);
        for (var i = 0; i < texts.Length; i++)
        {
            var text = texts[i].Of(data);

            // A slot holds a text's hash above and its number, from one, below.
            var hash = Hash(text) & ~(ulong)uint.MaxValue;
            var slot = (int)(hash >> 32) & (slots.Length - 1);
            ulong found;
            while ((found = slots[slot]) != 0 && ((found ^ hash) > uint.MaxValue || !entries[(int)(uint)found - 1].Of(data).SequenceEqual(text)))
            {
                slot = (slot + 1) & (slots.Length - 1);
                budget.Probe();
            }

            if (found == 0)
            {
                bytes += text.Length + sizeof(int);
                if (bytes > DictionaryBudget.MaxBytes || !budget.MayAdd(Count, i))
                {
                    return false;
                }

                entries[Count++] = texts[i];
                slots[slot] = found = hash | (uint)Count;
                if (2 * Count > slots.Length)
                {
                    slots = Grow();
                }
            }

            indices[i] = (uint)found - 1;
        }

        budget.Processed(texts.Length);
        return true;
    }

    public void Dispose()
    {
        slotScratch.Dispose();
        entryScratch.Dispose();
    }

    private Span<ulong> Grow()
    {
        using var former = new Scratch<ulong>();
        var full = former.Take(slotCount);
        slotScratch.Take(slotCount).CopyTo(full);
        slotCount *= 2;
        var slots = slotScratch.Take(slotCount);
        slots.Clear();
        foreach (var entry in full)
        {
            if (entry == 0)
            {
                continue;
            }

            var slot = (int)(entry >> 32) & (slots.Length - 1);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
                budget.Probe();
            }

            slots[slot] = entry;
        }

        return slots;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ReadOnlySpan<byte> text)
    {
        ulong first, last;
        ref var start = ref MemoryMarshal.GetReference(text);
        switch (text.Length)
        {
            case > 16:
                return HashLong(text);
            case >= 8:
                first = Unsafe.ReadUnaligned<ulong>(ref start);
                last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, text.Length - 8));
                break;
            case >= 4:
                first = Unsafe.ReadUnaligned<uint>(ref start);
                last = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, text.Length - 4));
                break;
            case > 0:
                first = text[0] | ((ulong)text[text.Length / 2] << 8);
                last = text[^1];
                break;
            default:
                (first, last) = (0, 0);
                break;
        }

        return Mix(first, last, (uint)text.Length);
    }

    private static ulong HashLong(ReadOnlySpan<byte> text)
    {
        var hash = (ulong)text.Length;
        for (var rest = text; rest.Length > 16; rest = rest[16..])
        {
            hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]), hash);
        }

        return Mix(BinaryPrimitives.ReadUInt64LittleEndian(text[^16..]), BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]), hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong first, ulong last, ulong seed)
    {
        var high = Math.BigMul(first ^ (seed * 0x9E37_79B1_85EB_CA87) ^ 0xA076_1D64_78BD_642F, last ^ 0xE703_7ED1_A0B4_28DB, out var low);
        return high ^ low;
    }
}
