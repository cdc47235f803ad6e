using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ingest.Storage.Parquet;

/// <summary>Numbers the distinct values of a column in the order of their first occurrence.</summary>
/// <typeparam name="T"><see cref="ulong"/> or <see cref="UInt128"/>: the bits of the value.</typeparam>
internal sealed class FixedDictionary<T> : IDisposable
    where T : unmanaged, IEquatable<T>
{
    private const int FirstSlots = 1024;
    private const ulong Multiplier = 0x9E37_79B1_85EB_CA87;

    private readonly Scratch<int> slotScratch = new();
    private readonly Scratch<T> entryScratch = new();
    private readonly DictionaryBudget budget = new();
    private int slotCount;

    public int Count { get; private set; }

    public ReadOnlySpan<T> Entries => entryScratch.Take(DictionaryBudget.MaxEntries)[..Count];

    public void Clear()
    {
        (Count, slotCount) = (0, FirstSlots);
        slotScratch.Take(slotCount).Clear();
        budget.Clear();
    }

    /// <returns>False when a dictionary is not worth its while.</returns>
    public bool TryAdd(ReadOnlySpan<T> values, Span<uint> indices)
    {
        var slots = slotScratch.Take(slotCount);
        var entries = entryScratch.Take(DictionaryBudget.MaxEntries);
        var shift = 64 - BitOperations.Log2((uint)slotCount);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            var slot = Slot(value, shift);
            int found;
            while ((found = slots[slot]) != 0 && !entries[found - 1].Equals(value))
            {
                slot = (slot + 1) & (slots.Length - 1);
                budget.Probe();
            }

            if (found == 0)
            {
                if (!budget.MayAdd(Count, i))
                {
                    return false;
                }

                entries[Count++] = value;
                slots[slot] = found = Count;
                if (2 * Count > slots.Length)
                {
                    slots = Grow(entries);
                    shift--;
                }
            }

            indices[i] = (uint)(found - 1);
        }

        budget.Processed(values.Length);
        return true;
    }

    public void Dispose()
    {
        slotScratch.Dispose();
        entryScratch.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Slot(T value, int shift)
    {
        if (typeof(T) == typeof(ulong))
        {
            return (int)((Unsafe.BitCast<T, ulong>(value) * Multiplier) >> shift);
        }

        var wide = Unsafe.BitCast<T, UInt128>(value);
        return (int)((((ulong)wide ^ BitOperations.RotateLeft((ulong)(wide >> 64) * Multiplier, 32)) * Multiplier) >> shift);
    }

    private Span<int> Grow(ReadOnlySpan<T> entries)
    {
        slotCount *= 2;
        var slots = slotScratch.Take(slotCount);
        slots.Clear();
        var shift = 64 - BitOperations.Log2((uint)slotCount);
        for (var i = 0; i < Count; i++)
        {
            var slot = Slot(entries[i], shift);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
                budget.Probe();
            }

            slots[slot] = i + 1;
        }

        return slots;
    }
}
