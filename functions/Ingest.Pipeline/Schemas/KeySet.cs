namespace Ingest.Pipeline.Schemas;

/// <summary>
/// The keys of one record that no schema names, to find duplicates. One table for all objects of the record, so that an
/// object with very many keys costs linear time; hashed with the process's random seed, so that nobody can make them collide.
/// </summary>
internal sealed class KeySet
{
    private const int LargestKept = 4096;
    private Entry[] entries = new Entry[32];
    private int[] slots = new int[64];
    private byte[] unescaped = new byte[256];
    private int unescapedLength;
    private int count;

    /// <summary>Remembers a key of object <paramref name="owner"/>; false where it was there already.</summary>
    /// <param name="json">The same text in all calls since <see cref="Clear"/>.</param>
    public bool Add(ReadOnlySpan<byte> json, int owner, int start, int length, bool escaped)
    {
        var key = json.Slice(start, length);
        if (escaped)
        {
            if (unescaped.Length - unescapedLength < length)
            {
                Array.Resize(ref unescaped, Math.Max(unescaped.Length * 2, unescapedLength + length));
            }

            length = JsonText.Unescape(key, unescaped.AsSpan(unescapedLength));
            start = unescapedLength;
            key = unescaped.AsSpan(start, length);
            unescapedLength += length;
        }

        if (count * 2 >= slots.Length)
        {
            Grow();
        }

        var code = new HashCode();
        code.Add(owner);
        code.AddBytes(key);
        var hash = code.ToHashCode();
        var slot = hash & (slots.Length - 1);
        while (slots[slot] is var found and not 0)
        {
            ref var entry = ref entries[found - 1];
            if (entry.Hash == hash && entry.Owner == owner && key.SequenceEqual(KeyOf(json, entry)))
            {
                return false;
            }

            slot = (slot + 1) & (slots.Length - 1);
        }

        entries[count] = new Entry(owner, hash, start, length, escaped);
        slots[slot] = ++count;
        return true;
    }

    public void Clear()
    {
        if (count == 0)
        {
            return;
        }

        if (slots.Length > LargestKept || unescaped.Length > LargestKept)
        {
            (entries, slots, unescaped) = (new Entry[32], new int[64], new byte[256]);
        }
        else
        {
            slots.AsSpan().Clear();
        }

        (count, unescapedLength) = (0, 0);
    }

    private ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> json, in Entry entry) =>
        entry.IsUnescaped ? unescaped.AsSpan(entry.Start, entry.Length) : json.Slice(entry.Start, entry.Length);

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        Array.Resize(ref entries, slots.Length / 2);
        for (var i = 0; i < count; i++)
        {
            var slot = entries[i].Hash & (slots.Length - 1);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            slots[slot] = i + 1;
        }
    }

    private readonly record struct Entry(int Owner, int Hash, int Start, int Length, bool IsUnescaped);
}
