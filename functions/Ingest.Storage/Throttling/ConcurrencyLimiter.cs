namespace Ingest.Storage.Throttling;

internal enum AttemptOutcome
{
    /// <summary>The caller gave up: nothing is learned.</summary>
    Abandoned,

    Succeeded,
    PushedBack,
}

/// <summary>A slot that was handed out; which requests it was counted among.</summary>
internal readonly record struct Slot(int Generation);

/// <summary>
/// Slots of one storage account, shared by everything in the process that talks to it and handed out in the order of asking.
/// A slot is held for one attempt and nothing else is waited for under it, so that no two holders can wait for each other.
/// Thread-safe.
/// </summary>
internal sealed class ConcurrencyLimiter(AdaptiveLimit limit)
{
    private readonly Lock sync = new();
    private readonly LinkedList<TaskCompletionSource<Slot>> waiters = [];
    private int inFlight;
    private int generation;

    public int Limit
    {
        get
        {
            lock (sync)
            {
                return limit.Current;
            }
        }
    }

    public int InFlight
    {
        get
        {
            lock (sync)
            {
                return inFlight;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (sync)
            {
                return waiters.Count;
            }
        }
    }

    /// <summary>Waits for a slot; whoever gets one must <see cref="Release"/> it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; no slot is held.</exception>
    public ValueTask<Slot> AcquireAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<Slot>> waiter;
        lock (sync)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<Slot>(cancellationToken);
            }

            if (waiters.Count == 0 && inFlight < limit.Current)
            {
                return ValueTask.FromResult(Take());
            }

            waiter = waiters.AddLast(new TaskCompletionSource<Slot>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return new(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Takes a slot whatever the limit: for the probe of an outage, whose hung requests may hold every other one.</summary>
    public Slot AcquireBeyondLimit()
    {
        lock (sync)
        {
            inFlight++;
            return new Slot(generation);
        }
    }

    /// <summary>
    /// Counts from none again, when the service is back after an outage: requests that still hang from before would keep others
    /// waiting until they time out, and that they do says nothing about the service of now.
    /// </summary>
    public void ForgetInFlight()
    {
        lock (sync)
        {
            generation++;
            inFlight = 0;
            HandOut();
        }
    }

    /// <param name="now">Since the same fixed moment at every call.</param>
    /// <param name="rtt">Time that the attempt took; used only if it succeeded.</param>
    public void Release(Slot slot, TimeSpan now, AttemptOutcome outcome, RequestClass requestClass = default, TimeSpan rtt = default)
    {
        lock (sync)
        {
            if (slot.Generation != generation)
            {
                return;
            }

            inFlight--;
            if (outcome == AttemptOutcome.Succeeded)
            {
                limit.Succeeded(now, requestClass, rtt);
            }
            else if (outcome == AttemptOutcome.PushedBack)
            {
                limit.PushedBack(now);
            }

            HandOut();
        }
    }

    private void HandOut()
    {
        while (inFlight < limit.Current && waiters.First is { } next)
        {
            waiters.RemoveFirst();
            next.Value.SetResult(Take());
        }
    }

    private Slot Take()
    {
        inFlight++;
        limit.Sent(inFlight);
        return new Slot(generation);
    }

    private async Task<Slot> WaitAsync(LinkedListNode<TaskCompletionSource<Slot>> waiter, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(_ => Cancel(waiter, cancellationToken), null).ConfigureAwait(false);
        return await waiter.Value.Task.ConfigureAwait(false);
    }

    private void Cancel(LinkedListNode<TaskCompletionSource<Slot>> waiter, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            // Who was handed the slot in the same moment keeps it and gives it back like any other.
            if (waiter.List is null)
            {
                return;
            }

            waiters.Remove(waiter);
        }

        waiter.Value.SetCanceled(cancellationToken);
    }
}
