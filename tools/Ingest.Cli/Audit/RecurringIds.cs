using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ingest.Cli.Audit;

/// <summary>
/// Counts ids that occur more than once, by stream, in bounded memory: 16 bytes an id, in an array as long as they fit, then in
/// 256 temporary files, each of which is sorted by itself. 112 bits of SHA-256 stand for an id, so that nobody can make two
/// ids look alike and nothing needs to be read twice to be sure. Thread-safe until it is counted.
/// </summary>
public sealed class RecurringIds : IDisposable
{
    private const int Buckets = 256;
    private const int HashBits = 112;
    private const int EntryLength = 16;

    private readonly List<string> streams = [];
    private readonly List<UInt128> entries = [];
    private readonly int capacity;
    private readonly Lock gate = new();
    private FileStream[]? files;

    /// <param name="capacity">Ids to hold in memory; 4 Mi take 64 MiB.</param>
    public RecurringIds(int capacity = 4 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        this.capacity = capacity;
    }

    /// <exception cref="InvalidOperationException">There are more than 65,536 streams.</exception>
    public void Add(string stream, IEnumerable<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var hashes = ids.Select(Hash).ToArray();
        lock (gate)
        {
            var ordinal = (UInt128)Ordinal(stream) << HashBits;
            foreach (var hash in hashes)
            {
                entries.Add(ordinal | hash);
                if (entries.Count == capacity)
                {
                    Spill();
                }
            }
        }
    }

    /// <summary>Stream → ids beyond the first of their kind, for every stream that was added, by name. To be asked once.</summary>
    public IReadOnlyDictionary<string, long> Count()
    {
        var counts = new long[streams.Count];
        if (files is not null)
        {
            Spill();
            foreach (var file in files)
            {
                file.Position = 0;
                var bucket = new UInt128[file.Length / EntryLength];
                file.ReadExactly(MemoryMarshal.AsBytes(bucket.AsSpan()));
                CountRepeats(bucket, counts);
            }
        }

        CountRepeats(CollectionsMarshal.AsSpan(entries), counts);
        return new SortedDictionary<string, long>(streams.Index().ToDictionary(s => s.Item, s => counts[s.Index]), StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var file in files ?? [])
        {
            file.Dispose();
        }
    }

    private static void CountRepeats(Span<UInt128> some, long[] counts)
    {
        some.Sort();
        for (var i = 1; i < some.Length; i++)
        {
            if (some[i] == some[i - 1])
            {
                counts[(int)(some[i] >> HashBits)]++;
            }
        }
    }

    private static UInt128 Hash(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return MemoryMarshal.Read<UInt128>(hash) & ((UInt128.One << HashBits) - 1);
    }

    private int Ordinal(string stream)
    {
        var index = streams.IndexOf(stream);
        if (index >= 0)
        {
            return index;
        }

        if (streams.Count > ushort.MaxValue)
        {
            throw new InvalidOperationException($"More than {ushort.MaxValue + 1} streams cannot be told apart.");
        }

        streams.Add(stream);
        return streams.Count - 1;
    }

    private void Spill()
    {
        files ??= [.. Enumerable.Range(0, Buckets).Select(_ => new FileStream(
            Path.GetTempFileName(), new FileStreamOptions
            {
                Access = FileAccess.ReadWrite, Mode = FileMode.Open, BufferSize = 1 << 14, Options = FileOptions.DeleteOnClose,
            }))];
        Span<byte> bytes = stackalloc byte[EntryLength];
        foreach (var entry in entries)
        {
            MemoryMarshal.Write(bytes, in entry);
            files[(int)(byte)entry].Write(bytes);
        }

        entries.Clear();
    }
}
