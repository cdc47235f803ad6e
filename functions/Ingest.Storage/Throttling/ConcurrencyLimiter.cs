namespace Ingest.Storage.Throttling;

internal enum AttemptOutcome
{
    /// <summary>The caller gave up: nothing is learned.</summary>
    Abandoned,

    Succeeded,
    PushedBack,
}

/// <summary>
/// Slots of one storage account, shared by everything in the process that talks to it and handed out in the order of asking.
/// A slot is held for one attempt and nothing else is waited for under it, so that no two holders can wait for each other.
/// Thread-safe.
/// </summary>
internal sealed class ConcurrencyLimiter(AdaptiveLimit limit)
{
    private readonly Lock sync = new();
    private readonly LinkedList<TaskCompletionSource> waiters = [];
    private int inFlight;

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
    public ValueTask AcquireAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> waiter;
        lock (sync)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled(cancellationToken);
            }

            if (waiters.Count == 0 && inFlight < limit.Current)
            {
                Take();
                return ValueTask.CompletedTask;
            }

            waiter = waiters.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return new(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Takes a slot whatever the limit: for the probe of an outage, whose hung requests may hold every other one.</summary>
    public void AcquireBeyondLimit()
    {
        lock (sync)
        {
            inFlight++;
        }
    }

    /// <param name="now">Since the same fixed moment at every call.</param>
    /// <param name="rtt">Time that the attempt took; used only if it succeeded.</param>
    public void Release(TimeSpan now, AttemptOutcome outcome, RequestClass requestClass = default, TimeSpan rtt = default)
    {
        lock (sync)
        {
            inFlight--;
            if (outcome == AttemptOutcome.Succeeded)
            {
                limit.Succeeded(now, requestClass, rtt);
            }
            else if (outcome == AttemptOutcome.PushedBack)
            {
                limit.PushedBack(now);
            }

            while (inFlight < limit.Current && waiters.First is { } next)
            {
                waiters.RemoveFirst();
                Take();
                next.Value.SetResult();
            }
        }
    }

    private void Take()
    {
        inFlight++;
        limit.Sent(inFlight);
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(_ => Cancel(waiter, cancellationToken), null).ConfigureAwait(false);
        await waiter.Value.Task.ConfigureAwait(false);
    }

    private void Cancel(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
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
