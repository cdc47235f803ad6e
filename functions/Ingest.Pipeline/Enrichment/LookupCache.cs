namespace Ingest.Pipeline.Enrichment;

/// <summary>
/// The rows of one lookup, shared by all partitions. Read on first use; after <see cref="LookupDefinition.Refresh"/> they are
/// read again in the background, if their ETags say that they changed, while the old ones stay in use, and go on being used where that fails. However many batches
/// wait, the source is asked once at a time.
/// </summary>
internal sealed class LookupCache : IAsyncDisposable
{
    private readonly LookupDefinition lookup;
    private readonly IReadOnlyCollection<string> properties;
    private readonly ILookupSource source;
    private readonly ILookupObserver observer;
    private readonly LookupOptions options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private Loaded? loaded;
    private Task<LookupSnapshot>? loading;
    private bool disposed;

    /// <param name="properties">Properties to keep; all others are dropped on loading.</param>
    public LookupCache(
        LookupDefinition lookup, IReadOnlyCollection<string> properties, ILookupSource source, ILookupObserver observer, LookupOptions options, TimeProvider time)
    {
        this.lookup = lookup;
        this.properties = properties;
        this.source = source;
        this.observer = observer;
        this.options = options;
        this.time = time;
    }

    /// <summary>Completes at once, unless there are no rows yet.</summary>
    /// <exception cref="Exception">The first load failed: whatever the source threw, or <see cref="LookupTooLargeException"/>.</exception>
    public ValueTask<LookupSnapshot> GetAsync(CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref loaded);
        if (current is not null && time.GetTimestamp() < Volatile.Read(ref current.DueAt))
        {
            return new ValueTask<LookupSnapshot>(current.Snapshot);
        }

        var load = StartOrJoin();
        return current is not null
            ? new ValueTask<LookupSnapshot>(current.Snapshot)
            : new ValueTask<LookupSnapshot>(load.WaitAsync(cancellationToken));
    }

    /// <summary>Stops a load in flight and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? flight;
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            flight = loading;
        }

        await stopping.CancelAsync();
        if (flight is not null)
        {
            await flight.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        stopping.Dispose();
    }

    private Task<LookupSnapshot> StartOrJoin()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (loading is { IsCompleted: false } inFlight)
            {
                return inFlight;
            }

            // Somebody may have finished a load between the caller's look and the lock.
            if (loaded is { } current && time.GetTimestamp() < current.DueAt)
            {
                return Task.FromResult(current.Snapshot);
            }

            // Without the batch's token: the rows are for all partitions, and one that is cancelled must not fail the others.
            return loading = Task.Run(() => LoadAsync(stopping.Token));
        }
    }

    private async Task<LookupSnapshot> LoadAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            if (await FindUnchangedAsync(cancellationToken) is { } current)
            {
                Put(current);
                observer.Unchanged(lookup, time.GetElapsedTime(started));
                return current;
            }

            using var builder = new LookupSnapshotBuilder(lookup, properties, options.MaxBytes);
            await foreach (var row in source.ReadAsync(lookup, properties, cancellationToken))
            {
                builder.Add(row);
            }

            var snapshot = builder.Build();
            Put(snapshot);
            observer.Loaded(lookup, snapshot.Count, snapshot.Bytes, time.GetElapsedTime(started));
            return snapshot;
        }
        catch (Exception e) when (loaded is not null)
        {
            var stale = loaded;
            var delay = options.RetryDelay < lookup.Refresh ? options.RetryDelay : lookup.Refresh;
            Volatile.Write(ref stale.DueAt, time.GetTimestamp() + Ticks(delay));
            if (!cancellationToken.IsCancellationRequested)
            {
                observer.RefreshFailed(lookup, e, time.GetElapsedTime(stale.LoadedAt));
            }

            return stale.Snapshot;
        }
    }

    /// <summary>The rows at hand, if the source still has these and no others; null otherwise.</summary>
    private async Task<LookupSnapshot?> FindUnchangedAsync(CancellationToken cancellationToken)
    {
        if (loaded?.Snapshot is not { Version: { } version } current)
        {
            return null;
        }

        using var found = new LookupVersion();
        await foreach (var row in source.ReadAsync(lookup, [], cancellationToken))
        {
            found.Add(row);
        }

        return found.ToText() == version ? current : null;
    }

    private void Put(LookupSnapshot snapshot)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref loaded, new Loaded(snapshot, now, now + Ticks(lookup.Refresh)));
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <param name="snapshot">The rows.</param>
    /// <param name="loadedAt">Timestamp of the time provider.</param>
    /// <param name="dueAt">Timestamp at which the rows should be read again.</param>
    private sealed class Loaded(LookupSnapshot snapshot, long loadedAt, long dueAt)
    {
        public long DueAt = dueAt;

        public LookupSnapshot Snapshot { get; } = snapshot;

        public long LoadedAt { get; } = loadedAt;
    }
}
