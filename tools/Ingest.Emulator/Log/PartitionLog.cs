namespace Ingest.Emulator.Log;

/// <summary>
/// The events of one partition, in memory: an append-only run of chunks that loses its oldest ones to the byte cap and to time.
/// Safe for many writers and readers.
/// </summary>
internal sealed class PartitionLog(long byteCap, TimeSpan retention, TimeProvider clock)
{
    private const int SmallestChunk = 16 * 1024;
    private const int LargestChunk = 4 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly List<LogChunk> chunks = [];
    private readonly int largestChunk = (int)Math.Clamp(byteCap / 8, 4096, LargestChunk);
    private int nextCapacity = SmallestChunk;
    private long next;
    private long beginning;
    private long nextOffset;
    private long lastOffset = -1;
    private long lastEnqueuedMs;

    /// <summary>Raised after an append, on the appending thread; handlers must not block or throw.</summary>
    public event Action? Appended;

    /// <summary>The sequence number the next event gets.</summary>
    public long Next => Volatile.Read(ref next);

    public PartitionState State
    {
        get
        {
            lock (gate)
            {
                return new PartitionState(beginning, next - 1, lastOffset, lastEnqueuedMs);
            }
        }
    }

    /// <summary>Appends all events of the message together; returns the first one's sequence number.</summary>
    public long Append(in PublishedMessage message)
    {
        long first;
        lock (gate)
        {
            // Receivers search by time, so time never runs backwards in a partition even if the clock does.
            var now = Math.Max(lastEnqueuedMs, clock.GetUtcNow().ToUnixTimeMilliseconds());
            first = next;
            var sequence = next;
            foreach (var parts in message)
            {
                var chunk = ChunkFor(StoredEvent.MaxSize(parts, message.PartitionKey), sequence);
                var offset = chunk.NextOffset;
                var length = StoredEvent.Write(chunk.Free, parts, message.PartitionKey, sequence, offset, now);
                chunk.Commit(length, now);
                lastOffset = offset;
                nextOffset = offset + length;
                lastEnqueuedMs = now;
                sequence++;
            }

            Volatile.Write(ref next, sequence);
            DropOverCap();
            DropBefore(now);
        }

        Appended?.Invoke();
        return first;
    }

    /// <summary>The events at <paramref name="sequence"/>, or at the beginning when it has been dropped.</summary>
    public LogRun Read(long sequence)
    {
        lock (gate)
        {
            sequence = Math.Max(sequence, beginning);
            if (sequence >= next)
            {
                return default;
            }

            var chunk = chunks[IndexOf(sequence)];
            return new LogRun(chunk, (int)(sequence - chunk.FirstSequence), chunk.Count);
        }
    }

    /// <summary>The first sequence number whose offset is at least (or, exclusive, above) the given one.</summary>
    public long FindOffset(long offset, bool inclusive)
        => Find((chunk, entry) => inclusive ? chunk.Offset(entry) >= offset : chunk.Offset(entry) > offset);

    /// <summary>The first sequence number enqueued at (or, exclusive, after) the given time in Unix ms.</summary>
    public long FindTime(long enqueuedMs, bool inclusive)
        => Find((_, entry) => inclusive ? entry.EnqueuedMs >= enqueuedMs : entry.EnqueuedMs > enqueuedMs);

    /// <summary>Drops every event below the sequence number.</summary>
    public void TrimTo(long firstSequence)
    {
        lock (gate)
        {
            beginning = Math.Clamp(firstSequence, beginning, next);
            while (chunks.Count > 0 && chunks[0].NextSequence <= beginning)
            {
                chunks.RemoveAt(0);
            }
        }
    }

    /// <summary>Drops chunks whose events are all older than the retention.</summary>
    public void Expire()
    {
        lock (gate)
        {
            DropBefore(clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    private LogChunk ChunkFor(int size, long sequence)
    {
        if (chunks.Count > 0 && chunks[^1].Free.Length >= size)
        {
            return chunks[^1];
        }

        // Chunks grow from small: a thousand idle partitions must not cost gigabytes.
        var capacity = Math.Min(nextCapacity, largestChunk);
        nextCapacity = Math.Min(nextCapacity * 2, LargestChunk);
        var chunk = new LogChunk(sequence, nextOffset, Math.Max(capacity, size));
        chunks.Add(chunk);
        return chunk;
    }

    private void DropOverCap()
    {
        long size = 0;
        for (var i = chunks.Count - 1; i >= 0; i--)
        {
            size += chunks[i].Size;
            if (size > byteCap && i < chunks.Count - 1)
            {
                DropFirst(i + 1);
                return;
            }
        }
    }

    private void DropBefore(long nowMs)
    {
        var oldest = nowMs - (long)retention.TotalMilliseconds;
        var expired = 0;
        while (expired < chunks.Count && chunks[expired][chunks[expired].Count - 1].EnqueuedMs < oldest)
        {
            expired++;
        }

        DropFirst(expired);
    }

    private void DropFirst(int count)
    {
        if (count > 0)
        {
            beginning = Math.Max(beginning, chunks[count - 1].NextSequence);
            chunks.RemoveRange(0, count);
        }
    }

    private int IndexOf(long sequence)
    {
        int low = 0, high = chunks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = chunks[middle].FirstSequence <= sequence ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private long Find(Func<LogChunk, LogEntry, bool> reached)
    {
        lock (gate)
        {
            long low = beginning, high = next;
            while (low < high)
            {
                var middle = (low + high) / 2;
                var chunk = chunks[IndexOf(middle)];
                (low, high) = reached(chunk, chunk[(int)(middle - chunk.FirstSequence)]) ? (low, middle) : (middle + 1, high);
            }

            return low;
        }
    }
}

/// <summary>A partition at one moment. <paramref name="Last"/> and <paramref name="LastOffset"/> are -1 before the first event.</summary>
internal readonly record struct PartitionState(long Beginning, long Last, long LastOffset, long LastEnqueuedMs)
{
    public bool IsEmpty => Last < Beginning;
}
