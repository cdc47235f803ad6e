namespace Ingest.Storage.Parquet;

/// <summary>
/// A Huffman code for bytes below 129 in the form that zstd describes (RFC 8878, 4.2.1): at most 11 bits a symbol, the tree as
/// a list of weights of four bits each.
/// </summary>
internal sealed class HuffmanCode
{
    /// <summary>Symbols that a tree described by four-bit weights can hold.</summary>
    public const int MaxSymbols = 129;

    /// <summary>Set in the <see cref="Entries"/> of bytes that have no code.</summary>
    public const uint Absent = 0x8000_0000;

    public const int MaxBits = 11;

    private readonly int[] heap = new int[2 * MaxSymbols];
    private readonly long[] weights = new long[2 * MaxSymbols];
    private readonly int[] parents = new int[2 * MaxSymbols];
    private readonly byte[] lengths = new byte[MaxSymbols];
    private int highest;
    private int longest;

    /// <summary>A byte's code in the low 16 bits, its length in the next eight.</summary>
    public uint[] Entries { get; } = new uint[256];

    /// <summary>Bits that the counted bytes take with this code.</summary>
    public long Bits { get; private set; }

    /// <summary>Builds the code.</summary>
    /// <returns>False when these counts have no code of this form: a byte beyond 128, or fewer than two different ones.</returns>
    public bool TryBuild(ReadOnlySpan<int> counts)
    {
        var symbols = 0;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
            {
                (highest, symbols) = (symbol, symbols + 1);
            }
        }

        if (symbols < 2 || highest >= MaxSymbols)
        {
            return false;
        }

        // Flatter counts make a flatter tree: the usual way to bound its depth.
        var flatten = 0;
        while (!TryFindLengths(counts, flatten))
        {
            flatten++;
        }

        Assign(counts);
        return true;
    }

    /// <summary>The tree as it stands before the streams of a literals section.</summary>
    public void Describe(ByteBuffer target)
    {
        // The last symbol's weight follows from the others'.
        target.Write((byte)(127 + highest));
        for (var symbol = 0; symbol < highest; symbol += 2)
        {
            target.Write((byte)((Weight(symbol) << 4) | (symbol + 1 < highest ? Weight(symbol + 1) : 0)));
        }
    }

    private int Weight(int symbol) => lengths[symbol] == 0 ? 0 : longest + 1 - lengths[symbol];

    private bool TryFindLengths(ReadOnlySpan<int> counts, int flatten)
    {
        Array.Clear(lengths);
        var (size, next) = (0, MaxSymbols);
        for (var symbol = 0; symbol <= highest; symbol++)
        {
            if (counts[symbol] > 0)
            {
                weights[symbol] = ((long)counts[symbol] >> flatten) + 1;
                Push(symbol, ref size);
            }
        }

        while (size > 1)
        {
            var (first, second) = (Pop(ref size), Pop(ref size));
            weights[next] = weights[first] + weights[second];
            (parents[first], parents[second]) = (next, next);
            Push(next++, ref size);
        }

        // Inner nodes were made from the leaves up; a depth is its parent's plus one.
        var root = next - 1;
        longest = 0;
        for (var symbol = 0; symbol <= highest; symbol++)
        {
            if (counts[symbol] == 0)
            {
                continue;
            }

            var depth = 0;
            for (var node = symbol; node != root; node = parents[node])
            {
                depth++;
            }

            if (depth > MaxBits)
            {
                return false;
            }

            lengths[symbol] = (byte)depth;
            longest = Math.Max(longest, depth);
        }

        return true;
    }

    // The longest codes come first and count up from zero; among equals the symbols ascend.
    private void Assign(ReadOnlySpan<int> counts)
    {
        Array.Fill(Entries, Absent);
        Bits = 0;
        var code = 0u;
        for (var length = longest; length > 0; length--)
        {
            for (var symbol = 0; symbol <= highest; symbol++)
            {
                if (lengths[symbol] == length)
                {
                    Entries[symbol] = code++ | ((uint)length << 16);
                    Bits += (long)counts[symbol] * length;
                }
            }

            code >>= 1;
        }
    }

    private void Push(int node, ref int size)
    {
        var at = size++;
        while (at > 0 && weights[heap[(at - 1) / 2]] > weights[node])
        {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        heap[at] = node;
    }

    private int Pop(ref int size)
    {
        var top = heap[0];
        var last = heap[--size];
        var at = 0;
        while ((2 * at) + 1 < size)
        {
            var child = (2 * at) + 1;
            if (child + 1 < size && weights[heap[child + 1]] < weights[heap[child]])
            {
                child++;
            }

            if (weights[heap[child]] >= weights[last])
            {
                break;
            }

            heap[at] = heap[child];
            at = child;
        }

        heap[at] = last;
        return top;
    }
}
