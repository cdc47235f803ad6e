namespace Ingest.Emulator.Log;

/// <summary>Where an event lies in its chunk.</summary>
internal readonly record struct LogEntry(int Position, int Length, long EnqueuedMs);

/// <summary>
/// Consecutive stored events in one array. Written under the log's lock; what <see cref="Count"/> covers never changes again and
/// may be read without it.
/// </summary>
internal sealed class LogChunk(long firstSequence, long firstOffset, int capacity)
{
    private readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private LogEntry[] entries = new LogEntry[16];
    private int count;
    private int used;

    public long FirstSequence { get; } = firstSequence;

    public long NextSequence => FirstSequence + Count;

    public int Capacity => bytes.Length;

    /// <summary>Memory held, in bytes.</summary>
    public long Size => bytes.Length + (entries.Length * 16L);

    public int Count => Volatile.Read(ref count);

    public Span<byte> Free => bytes.AsSpan(used);

    public long NextOffset => firstOffset + used;

    // An entries array is only ever replaced by a longer copy, and before the count that makes a reader look there.
    public LogEntry this[int index] => Volatile.Read(ref entries)[index];

    public ReadOnlySpan<byte> Bytes(LogEntry entry) => bytes.AsSpan(entry.Position, entry.Length);

    public long Offset(LogEntry entry) => firstOffset + entry.Position;

    public void Commit(int length, long enqueuedMs)
    {
        if (count == entries.Length)
        {
            var longer = new LogEntry[count * 2];
            entries.CopyTo(longer, 0);
            Volatile.Write(ref entries, longer);
        }

        entries[count] = new LogEntry(used, length, enqueuedMs);
        used += length;
        Volatile.Write(ref count, count + 1);
    }
}

/// <summary>Events of one chunk that a reader may send: those from <paramref name="Index"/> up to <paramref name="End"/>.</summary>
internal readonly record struct LogRun(LogChunk? Chunk, int Index, int End);
