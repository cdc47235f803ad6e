using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>
/// Decides by a sample whether a column repeats itself. A dictionary of unique values costs a hash table a segment and
/// saves nothing; for repeating ones it is the best encoding there is.
/// </summary>
internal static class EncodingChoice
{
    private const int SmallestSample = 256;
    private const int LargestSample = 1024;
    private const int TableSize = 4096;

    /// <summary>Values a distinct value, from which on a dictionary is the smaller and the faster encoding.</summary>
    private const double WorthwhileRepetition = 4;

    /// <summary>Whether the column holds, by estimate, each of its values at least four times.</summary>
    public static bool Repeats(Column column, RowSelection rows)
    {
        if (column is ListColumn list)
        {
            var (start, end) = (rows.Count == 0 ? 0 : list.Range(rows[0]).Start, rows.Count == 0 ? 0 : list.Range(rows[rows.Count - 1]).End);
            return Repeats(list.Elements, new RowSelection(Math.Min(start, end), Math.Abs(end - start)));
        }

        Span<ulong> seen = stackalloc ulong[TableSize];
        seen.Clear();
        var (sampled, distinct) = (0, 0);
        var size = Math.Clamp(rows.Count / 32, SmallestSample, LargestSample);
        var step = Math.Max(1, rows.Count / size);
        var visited = 0;
        for (var i = 0; i < rows.Count && visited < size; i += step, visited++)
        {
            var row = rows[i];
            if (column.IsNull(row))
            {
                continue;
            }

            sampled++;
            distinct += Add(seen, Hash(column, row)) ? 1 : 0;
        }

        return sampled >= 16 && distinct <= ExpectedDistinct(sampled, (double)rows.Count * sampled / visited / WorthwhileRepetition);
    }

    /// <summary>Distinct values to expect in a sample from a population of <paramref name="population"/> equally frequent values.</summary>
    private static double ExpectedDistinct(int sampled, double population) => population * (1 - Math.Exp(-sampled / population));

    /// <summary>
    /// Whether the sampled texts ascend, all the same included. Only then do the smallest and the largest of a segment exclude
    /// anything from a search; to find them costs as much as writing the column.
    /// </summary>
    public static bool Ascends(BytesColumn column, RowSelection rows)
    {
        var step = Math.Max(1, rows.Count / SmallestSample);
        ReadOnlySpan<byte> last = default;
        for (var i = 0; i < rows.Count; i += step)
        {
            if (column.IsNull(rows[i]))
            {
                continue;
            }

            var text = column[rows[i]];
            if (text.SequenceCompareTo(last) < 0)
            {
                return false;
            }

            last = text;
        }

        return true;
    }

    private static ulong Hash(Column column, int row)
    {
        Span<byte> fixedValue = stackalloc byte[16];
        switch (column)
        {
            case BytesColumn bytes:
                return XxHash3.HashToUInt64(bytes[row]);
            case Int64Column integers:
                BinaryPrimitives.WriteInt64LittleEndian(fixedValue, integers.Values[row]);
                return XxHash3.HashToUInt64(fixedValue[..8]);
            case DoubleColumn doubles:
                BinaryPrimitives.WriteDoubleLittleEndian(fixedValue, doubles.Values[row]);
                return XxHash3.HashToUInt64(fixedValue[..8]);
            case UuidColumn uuids:
                MemoryMarshal.Write(fixedValue, uuids.Values[row]);
                return XxHash3.HashToUInt64(fixedValue);
            default:
                return ((BooleanColumn)column).Values[row] ? 2UL : 1UL;
        }
    }

    private static bool Add(Span<ulong> seen, ulong hash)
    {
        hash = hash == 0 ? 1 : hash;
        for (var slot = (int)(hash % TableSize); ; slot = (slot + 1) % TableSize)
        {
            if (seen[slot] == hash)
            {
                return false;
            }

            if (seen[slot] == 0)
            {
                seen[slot] = hash;
                return true;
            }
        }
    }
}
