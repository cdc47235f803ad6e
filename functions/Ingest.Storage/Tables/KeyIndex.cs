using System.IO.Hashing;
using System.Numerics;
using System.Security.Cryptography;

namespace Ingest.Storage.Tables;

/// <summary>Hashes of keys. Keys come from producers, who could otherwise choose them to collide.</summary>
internal static class KeyHashing
{
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    public static ulong Hash(ReadOnlySpan<byte> key, long salt = 0) => XxHash3.HashToUInt64(key, unchecked(Seed + salt));
}

/// <summary>Compares UTF-8 keys by their bytes.</summary>
internal sealed class SeededKeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly SeededKeyComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)KeyHashing.Hash(alternate);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}

/// <summary>Finds the last row of a batch that had the same key.</summary>
/// <param name="rows">Rows to come; their number bounds what the index holds.</param>
internal sealed class KeyIndex(TableRows rows)
{
    private readonly int[] slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, rows.All.Count * 2))];

    /// <summary>Puts the row in the place of the one that has the same key, and returns that one's number; −1 where there is none.</summary>
    public int Replace(int number)
    {
        var row = rows[number];
        var key = rows.KeyOf(row);
        for (var slot = (int)KeyHashing.Hash(key, row.Partition) & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
        {
            var there = slots[slot] - 1;
            if (there < 0 || (rows[there].Partition == row.Partition && rows.KeyOf(rows[there]).SequenceEqual(key)))
            {
                slots[slot] = number + 1;
                return there;
            }
        }
    }
}
